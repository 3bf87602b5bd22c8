//! The tensors of a `model.safetensors`, in the format of the file until they are asked for.

use crate::LoadError;
use half::f16;
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensorError, SafeTensors};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// `model.safetensors`: its bytes, and where its tensors lie.
#[derive(Debug)]
pub(crate) struct Weights {
    path: PathBuf,
    bytes: Vec<u8>,
    tensors: BTreeMap<String, Tensor>,
    sha256: String,
}

#[derive(Debug)]
struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    data: Range<usize>,
    /// The factors of a quantised tensor, one f32 a row.
    scale: Option<Range<usize>>,
}

impl Weights {
    pub(crate) fn new(path: PathBuf, bytes: Vec<u8>) -> Result<Self, LoadError> {
        let damaged = |source| LoadError::Weights { path: path.clone(), source };
        // The header is followed by the data, to which its offsets refer.
        let (header, metadata) = SafeTensors::read_metadata(&bytes).map_err(damaged)?;
        let start = header + size_of::<u64>();
        if start + metadata.data_len() != bytes.len() {
            return Err(damaged(SafeTensorError::MetadataIncompleteBuffer));
        }
        let mut tensors: BTreeMap<String, Tensor> = metadata
            .tensors()
            .into_iter()
            .map(|(name, info)| {
                let (from, to) = info.data_offsets;
                let tensor = Tensor {
                    dtype: info.dtype,
                    shape: info.shape.clone(),
                    data: start + from..start + to,
                    scale: None,
                };
                (name, tensor)
            })
            .collect();
        let quantised: Vec<String> =
            tensors.iter().filter(|(_, tensor)| tensor.dtype == Dtype::I8).map(|(name, _)| name.clone()).collect();
        for name in quantised {
            let scale = tensors
                .get(&format!("{name}.scale"))
                .filter(|scale| scale.dtype == Dtype::F32)
                .map(|scale| (scale.data.clone(), scale.shape.clone()));
            let tensor = tensors.get_mut(&name).expect("the name was just read from the map");
            match scale {
                Some((data, shape)) if tensor.shape.first().is_some_and(|&rows| shape == [rows]) => {
                    tensor.scale = Some(data);
                }
                _ => {
                    let reason = format!("the I8 tensor {name} has no {name}.scale with one F32 factor a row");
                    return Err(LoadError::Unsupported { path, reason });
                }
            }
        }
        if let Some((name, tensor)) =
            tensors.iter().find(|(_, tensor)| !matches!(tensor.dtype, Dtype::F32 | Dtype::F16 | Dtype::I8))
        {
            let reason = format!("the tensor {name} is of type {:?}; F32, F16 and I8 are read", tensor.dtype);
            return Err(LoadError::Unsupported { path, reason });
        }
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { path, bytes, tensors, sha256 })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Of the whole file, 64 hexadecimal digits.
    pub(crate) fn sha256(&self) -> &str {
        &self.sha256
    }

    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.tensors.get(name).map(|tensor| tensor.shape.as_slice())
    }

    /// Names of all tensors, sorted, without the factors of quantised ones.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str).filter(|name| {
            let quantised = name.strip_suffix(".scale").and_then(|base| self.tensors.get(base));
            quantised.is_none_or(|tensor| tensor.dtype != Dtype::I8)
        })
    }

    /// A tensor of two dimensions, as f32.
    pub(crate) fn matrix(&self, name: &str) -> Result<Array2<f32>, LoadError> {
        let tensor = self.get(name)?;
        let &[rows, columns] = tensor.shape.as_slice() else {
            return Err(self.wrong_shape(name, tensor, "[rows, columns]".to_owned()));
        };
        Ok(Array2::from_shape_vec((rows, columns), self.values(tensor))
            .expect("the length of a tensor was checked against its shape"))
    }

    /// A tensor of one dimension, as f32.
    pub(crate) fn vector(&self, name: &str) -> Result<Array1<f32>, LoadError> {
        let tensor = self.get(name)?;
        match tensor.shape.as_slice() {
            [_] => Ok(Array1::from_vec(self.values(tensor))),
            _ => Err(self.wrong_shape(name, tensor, "[values]".to_owned())),
        }
    }

    pub(crate) fn matrix_of(&self, name: &str, rows: usize, columns: usize) -> Result<Array2<f32>, LoadError> {
        self.of_shape(name, &[rows, columns])?;
        self.matrix(name)
    }

    pub(crate) fn vector_of(&self, name: &str, length: usize) -> Result<Array1<f32>, LoadError> {
        self.of_shape(name, &[length])?;
        self.vector(name)
    }

    /// A matrix in eight bits, with one factor for each row (`value = integer * factor`): as the file
    /// has it, or rounded so that the largest weight of a row is 127.
    pub(crate) fn int8(&self, name: &str) -> Result<(Array2<i8>, Vec<f32>), LoadError> {
        let tensor = self.get(name)?;
        if let (Some(scale), &[rows, columns]) = (&tensor.scale, tensor.shape.as_slice()) {
            let values = self.raw(tensor).iter().map(|byte| byte.cast_signed()).collect();
            let values = Array2::from_shape_vec((rows, columns), values)
                .expect("the length of a tensor was checked against its shape");
            return Ok((values, floats(&self.bytes[scale.clone()]).collect()));
        }
        Ok(to_int8(&self.matrix(name)?))
    }

    /// The tensor in the format of the file, for tables of which few rows are used.
    pub(crate) fn table(&self, name: &str) -> Result<Table, LoadError> {
        let tensor = self.get(name)?;
        let bytes = self.raw(tensor);
        let width = tensor.shape.last().copied().unwrap_or(1);
        let rows = match (&tensor.scale, tensor.dtype) {
            (Some(scale), _) => Rows::Quantised {
                values: bytes.iter().map(|&byte| byte.cast_signed()).collect(),
                scale: floats(&self.bytes[scale.clone()]).collect(),
            },
            (None, Dtype::F16) => Rows::Half(halves(bytes).collect()),
            (None, _) => Rows::Full(floats(bytes).collect()),
        };
        Ok(Table { width, rows })
    }

    fn get(&self, name: &str) -> Result<&Tensor, LoadError> {
        self.tensors
            .get(name)
            .ok_or_else(|| LoadError::MissingTensor { path: self.path.clone(), name: name.to_owned() })
    }

    pub(crate) fn of_shape(&self, name: &str, shape: &[usize]) -> Result<(), LoadError> {
        let tensor = self.get(name)?;
        if tensor.shape == shape { Ok(()) } else { Err(self.wrong_shape(name, tensor, format!("{shape:?}"))) }
    }

    fn wrong_shape(&self, name: &str, tensor: &Tensor, expected: String) -> LoadError {
        LoadError::WrongShape {
            path: self.path.clone(),
            name: name.to_owned(),
            expected,
            found: format!("{:?}", tensor.shape),
        }
    }

    fn raw(&self, tensor: &Tensor) -> &[u8] {
        &self.bytes[tensor.data.clone()]
    }

    fn values(&self, tensor: &Tensor) -> Vec<f32> {
        let bytes = self.raw(tensor);
        match (&tensor.scale, tensor.dtype) {
            (Some(scale), _) => {
                let row = bytes.len() / tensor.shape[0].max(1);
                let factors = floats(&self.bytes[scale.clone()]);
                let rows = bytes.chunks_exact(row.max(1)).zip(factors);
                rows.flat_map(|(row, factor)| row.iter().map(move |&byte| f32::from(byte.cast_signed()) * factor))
                    .collect()
            }
            (None, Dtype::F16) => halves(bytes).map(f16::to_f32).collect(),
            (None, _) => floats(bytes).collect(),
        }
    }
}

/// Rows of numbers in the format of the file.
#[derive(Debug)]
pub(crate) struct Table {
    width: usize,
    rows: Rows,
}

#[derive(Debug)]
enum Rows {
    Full(Vec<f32>),
    Half(Vec<f16>),
    Quantised { values: Vec<i8>, scale: Vec<f32> },
}

impl Table {
    /// Writes a row as f32.
    pub(crate) fn copy_row(&self, row: usize, to: &mut [f32]) {
        let range = row * self.width..(row + 1) * self.width;
        match &self.rows {
            Rows::Full(values) => to.copy_from_slice(&values[range]),
            Rows::Half(values) => {
                to.iter_mut().zip(&values[range]).for_each(|(to, value)| *to = value.to_f32());
            }
            Rows::Quantised { values, scale } => {
                let factor = scale[row];
                to.iter_mut().zip(&values[range]).for_each(|(to, &value)| *to = f32::from(value) * factor);
            }
        }
    }
}

/// A matrix in integers of at most 127 with one factor for each row.
pub(crate) fn to_int8(matrix: &Array2<f32>) -> (Array2<i8>, Vec<f32>) {
    let factor = |row: ndarray::ArrayView1<'_, f32>| {
        let top = row.fold(0.0_f32, |top, value| top.max(value.abs()));
        if top > 0.0 { top / 127.0 } else { 1.0 }
    };
    let factors: Vec<f32> = matrix.rows().into_iter().map(factor).collect();
    let of_row = matrix.indexed_iter().map(|((row, _), value)| (value / factors[row]).round() as i8);
    let values = Array2::from_shape_vec(matrix.dim(), of_row.collect()).expect("one integer for each weight");
    (values, factors)
}

pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(path).map_err(|source| LoadError::Read { path: path.to_owned(), source })
}

fn floats(bytes: &[u8]) -> impl Iterator<Item = f32> {
    bytes.as_chunks().0.iter().map(|&chunk| f32::from_le_bytes(chunk))
}

fn halves(bytes: &[u8]) -> impl Iterator<Item = f16> {
    bytes.as_chunks().0.iter().map(|&chunk| f16::from_le_bytes(chunk))
}
