//! Where and in which number format libtorch computes.

use crate::rust_bert_engine::{NAME, caught};
use crate::{Device, EngineInfo, LoadError, Precision};
use tch::{Cuda, Kind};

/// How the rust-bert engine runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RustBertOptions {
    /// f32 or bf16 (weights, activations and attention alike); int8 is refused.
    pub precision: Precision,
    /// Where it runs.
    pub device: Device,
}

impl RustBertOptions {
    /// Whether `device` is, or leads to, a CUDA device here.
    #[must_use]
    pub fn finds_cuda(device: Device) -> bool {
        match device {
            Device::Auto => cuda_devices() > 0,
            Device::Cpu => false,
            Device::Cuda(_) => true,
        }
    }
}

/// The options as libtorch takes them.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) device: tch::Device,
    pub(crate) kind: Kind,
    pub(crate) info: EngineInfo,
}

impl Place {
    pub(crate) fn find(options: RustBertOptions) -> Result<Self, LoadError> {
        let failed = |message: String| LoadError::Engine { engine: NAME, message };
        let kind = match options.precision {
            Precision::F32 => Kind::Float,
            Precision::Bf16 => Kind::BFloat16,
            Precision::Int8 => return Err(failed("it runs in f32 and bf16; int8 is for the native engine".to_owned())),
        };
        let found = cuda_devices();
        let device = match options.device {
            Device::Auto if found > 0 => tch::Device::Cuda(0),
            Device::Auto | Device::Cpu => tch::Device::Cpu,
            Device::Cuda(index) if index < found => tch::Device::Cuda(index),
            Device::Cuda(index) => {
                return Err(failed(format!(
                    "there is no cuda:{index}: libtorch sees {found} CUDA devices; build against a libtorch with CUDA, or take the device cpu"
                )));
            }
        };
        let kernel = match device {
            tch::Device::Cuda(index) => format!("libtorch/cuda:{index}"),
            _ => "libtorch/cpu".to_owned(),
        };
        let info = EngineInfo { name: NAME.to_owned(), precision: options.precision.to_string(), kernel };
        Ok(Self { device, kind, info })
    }
}

/// 0 where libtorch was built without CUDA.
fn cuda_devices() -> usize {
    let found = caught(|| Ok(if Cuda::is_available() { Cuda::device_count() } else { 0 }));
    usize::try_from(found.unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_and_told_or_refused() {
        let find = |precision, device| Place::find(RustBertOptions { precision, device });
        let here = find(Precision::Bf16, Device::Cpu).unwrap();
        assert_eq!((here.device, here.kind), (tch::Device::Cpu, Kind::BFloat16));
        assert_eq!((here.info.precision.as_str(), here.info.kernel.as_str()), ("bf16", "libtorch/cpu"));
        let auto = find(Precision::F32, Device::Auto).unwrap();
        assert_eq!(auto.device != tch::Device::Cpu, RustBertOptions::finds_cuda(Device::Auto));
        let check = |precision, device, part: &str| {
            let message = find(precision, device).unwrap_err().to_string();
            assert!(message.contains(part), "{message}");
        };
        check(Precision::F32, Device::Cuda(63), "no cuda:63");
        check(Precision::Int8, Device::Cpu, "f32 and bf16");
    }
}
