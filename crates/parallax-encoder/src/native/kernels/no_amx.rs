//! Where there is no AMX: types without values.

use super::{Bf16Tile, Block, ByteTile, Int8Tile};
use std::convert::Infallible;

/// Proof that the processor has AMX: none here.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Amx(Infallible);

/// AMX tiles that this thread may use: none here.
#[derive(Debug)]
pub(in super::super) struct Session(Infallible);

impl Amx {
    pub(in super::super) fn for_bf16() -> Option<Self> {
        None
    }

    pub(in super::super) fn for_int8() -> Option<Self> {
        None
    }

    pub(in super::super) fn start(self) -> Session {
        match self.0 {}
    }
}

impl Session {
    pub(in super::super) fn bf16(&self, _: &[Bf16Tile], _: &[Bf16Tile], _: &[Bf16Tile], _: &mut Block<f32>) {
        match self.0 {}
    }

    pub(in super::super) fn int8(&self, _: &[ByteTile], _: &[Int8Tile], _: &[Int8Tile], _: &mut Block<i32>) {
        match self.0 {}
    }
}
