//! Reads the weights out of an ONNX file: its initializers, by name.
//!
//! The networks of this crate are written out in Rust (see [`crate::network`]); of the file only the tensors
//! matter, so this reads just those fields of the protobuf messages. Field numbers are those of `onnx.proto3`.

use std::collections::HashMap;

/// A tensor asked for is not in the file as expected, or the file is no ONNX file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OnnxError {
    /// The bytes end early or break the protobuf encoding.
    #[error("the file is damaged: {0}")]
    Damaged(&'static str),
    /// No initializer has this name.
    #[error("the file has no tensor `{0}`")]
    Missing(String),
    /// The tensor has another shape than the network needs.
    #[error("tensor `{name}` has the shape {found:?}, expected {expected:?}")]
    Shape {
        /// Name of the initializer.
        name: String,
        /// Shape in the file.
        found: Vec<usize>,
        /// Shape the network needs.
        expected: Vec<usize>,
    },
    /// The tensor has another element type than asked for.
    #[error("tensor `{name}` has the element type {found}, expected {expected}")]
    Type {
        /// Name of the initializer.
        name: String,
        /// `TensorProto.DataType` in the file.
        found: u64,
        /// `TensorProto.DataType` asked for.
        expected: u64,
    },
}

/// The initializers of one ONNX file, borrowed from its bytes.
pub struct Weights<'a> {
    tensors: HashMap<&'a str, Tensor<'a>>,
}

impl<'a> Weights<'a> {
    /// Finds every initializer of `file` (the bytes of a `.onnx` file). Copies nothing.
    pub fn parse(file: &'a [u8]) -> Result<Self, OnnxError> {
        let mut tensors = HashMap::new();
        for field in Fields(file) {
            let (MODEL_GRAPH, Value::Bytes(graph)) = field? else { continue };
            for field in Fields(graph) {
                let (GRAPH_INITIALIZER, Value::Bytes(tensor)) = field? else { continue };
                let tensor = Tensor::parse(tensor)?;
                tensors.insert(tensor.name, tensor);
            }
        }
        Ok(Self { tensors })
    }

    /// The values of the float tensor `name`, which must have this `shape` (`[]` for a scalar).
    pub fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, OnnxError> {
        let tensor = self.tensor(name, shape, FLOAT)?;
        let values: Vec<f32> = match tensor.data {
            Data::Raw(raw) => raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Data::Floats(raw) => raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
            Data::Single(bits) => vec![f32::from_bits(bits)],
            Data::Integers(_) => return Err(OnnxError::Damaged("a float tensor holds integers")),
        };
        counted(values, shape)
    }

    /// The values of the int8 tensor `name`, which must have this `shape` (`[]` for a scalar).
    pub fn bytes(&self, name: &str, shape: &[usize]) -> Result<Vec<i8>, OnnxError> {
        let tensor = self.tensor(name, shape, INT8)?;
        let values: Vec<i8> = match tensor.data {
            Data::Raw(raw) => raw.iter().map(|byte| byte.cast_signed()).collect(),
            Data::Integers(mut packed) => {
                let mut values = Vec::new();
                while !packed.is_empty() {
                    values.push(varint(&mut packed)? as i8);
                }
                values
            }
            _ => return Err(OnnxError::Damaged("an int8 tensor holds floats")),
        };
        counted(values, shape)
    }

    /// The values of the uint8 tensor `name`, which must have this `shape` (`[]` for a scalar).
    pub fn unsigned(&self, name: &str, shape: &[usize]) -> Result<Vec<u8>, OnnxError> {
        let tensor = self.tensor(name, shape, UINT8)?;
        let values: Vec<u8> = match tensor.data {
            Data::Raw(raw) => raw.to_vec(),
            Data::Integers(mut packed) => {
                let mut values = Vec::new();
                while !packed.is_empty() {
                    values.push(varint(&mut packed)? as u8);
                }
                values
            }
            _ => return Err(OnnxError::Damaged("a uint8 tensor holds floats")),
        };
        counted(values, shape)
    }

    fn tensor(&self, name: &str, shape: &[usize], kind: u64) -> Result<&Tensor<'a>, OnnxError> {
        let tensor = self.tensors.get(name).ok_or_else(|| OnnxError::Missing(name.to_owned()))?;
        if tensor.kind != kind {
            return Err(OnnxError::Type { name: name.to_owned(), found: tensor.kind, expected: kind });
        }
        if tensor.shape != shape {
            return Err(OnnxError::Shape {
                name: name.to_owned(),
                found: tensor.shape.clone(),
                expected: shape.to_vec(),
            });
        }
        Ok(tensor)
    }
}

/// What the nodes of a graph take, by the nodes' names: an exporter that finds two equal tensors keeps one, so
/// not every tensor is called after the node that it belongs to.
pub struct Graph<'a> {
    inputs: HashMap<&'a str, Vec<&'a str>>,
}

impl<'a> Graph<'a> {
    /// Finds every node of `file` (the bytes of a `.onnx` file). Copies no tensor.
    pub fn parse(file: &'a [u8]) -> Result<Self, OnnxError> {
        let name = |bytes| str::from_utf8(bytes).map_err(|_| OnnxError::Damaged("a name is not UTF-8"));
        let mut nodes = HashMap::new();
        for field in Fields(file) {
            let (MODEL_GRAPH, Value::Bytes(graph)) = field? else { continue };
            for field in Fields(graph) {
                let (GRAPH_NODE, Value::Bytes(node)) = field? else { continue };
                let (mut own, mut inputs) = ("", Vec::new());
                for field in Fields(node) {
                    match field? {
                        (NODE_INPUT, Value::Bytes(bytes)) => inputs.push(name(bytes)?),
                        (NODE_NAME, Value::Bytes(bytes)) => own = name(bytes)?,
                        _ => {}
                    }
                }
                nodes.insert(own, inputs);
            }
        }
        Ok(Self { inputs: nodes })
    }

    /// The names of what the node `name` takes, in order.
    pub fn inputs(&self, name: &str) -> Result<&[&'a str], OnnxError> {
        self.inputs.get(name).map(Vec::as_slice).ok_or_else(|| OnnxError::Missing(name.to_owned()))
    }
}

/// Checks that a tensor holds as many values as its shape says.
fn counted<T>(values: Vec<T>, shape: &[usize]) -> Result<Vec<T>, OnnxError> {
    if values.len() == shape.iter().product::<usize>() {
        Ok(values)
    } else {
        Err(OnnxError::Damaged("a tensor has more or fewer values than its shape says"))
    }
}

const MODEL_GRAPH: u64 = 7;
const GRAPH_NODE: u64 = 1;
const GRAPH_INITIALIZER: u64 = 5;
const NODE_INPUT: u64 = 1;
const NODE_NAME: u64 = 3;
/// `TensorProto.DataType`.
const FLOAT: u64 = 1;
const UINT8: u64 = 2;
const INT8: u64 = 3;

struct Tensor<'a> {
    name: &'a str,
    shape: Vec<usize>,
    kind: u64,
    data: Data<'a>,
}

/// The ways `TensorProto` has of holding values, those that occur.
#[derive(Clone, Copy)]
enum Data<'a> {
    /// `raw_data`, little-endian.
    Raw(&'a [u8]),
    /// `float_data`, packed.
    Floats(&'a [u8]),
    /// `float_data`, one value, not packed.
    Single(u32),
    /// `int32_data`, packed varints.
    Integers(&'a [u8]),
}

impl<'a> Tensor<'a> {
    fn parse(message: &'a [u8]) -> Result<Self, OnnxError> {
        let mut tensor = Self { name: "", shape: Vec::new(), kind: 0, data: Data::Raw(&[]) };
        for field in Fields(message) {
            match field? {
                (1, Value::Integer(dim)) => tensor.shape.push(size(dim)?),
                (1, Value::Bytes(mut packed)) => {
                    while !packed.is_empty() {
                        tensor.shape.push(size(varint(&mut packed)?)?);
                    }
                }
                (2, Value::Integer(kind)) => tensor.kind = kind,
                (4, Value::Bytes(packed)) => tensor.data = Data::Floats(packed),
                (4, Value::Fixed32(bits)) => tensor.data = Data::Single(bits),
                (5, Value::Bytes(packed)) => tensor.data = Data::Integers(packed),
                (8, Value::Bytes(name)) => {
                    tensor.name =
                        str::from_utf8(name).map_err(|_| OnnxError::Damaged("a name is not UTF-8"))?;
                }
                (9, Value::Bytes(raw)) => tensor.data = Data::Raw(raw),
                _ => {}
            }
        }
        Ok(tensor)
    }
}

/// A dimension; far larger ones than any network here has are refused, so that products cannot overflow.
fn size(dim: u64) -> Result<usize, OnnxError> {
    if dim <= 1 << 16 { Ok(dim as usize) } else { Err(OnnxError::Damaged("a dimension is absurd")) }
}

/// One value of a protobuf field.
enum Value<'a> {
    Integer(u64),
    Fixed32(u32),
    Fixed64,
    Bytes(&'a [u8]),
}

/// The fields of a protobuf message in order, as (field number, value). Ends after the first error.
struct Fields<'a>(&'a [u8]);

impl<'a> Iterator for Fields<'a> {
    type Item = Result<(u64, Value<'a>), OnnxError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let field = self.field();
        if field.is_err() {
            self.0 = &[];
        }
        Some(field)
    }
}

impl<'a> Fields<'a> {
    fn field(&mut self) -> Result<(u64, Value<'a>), OnnxError> {
        let key = varint(&mut self.0)?;
        let value = match key & 7 {
            0 => Value::Integer(varint(&mut self.0)?),
            1 => {
                take(&mut self.0, 8)?;
                Value::Fixed64
            }
            2 => {
                let length = varint(&mut self.0)?;
                Value::Bytes(take(&mut self.0, length)?)
            }
            5 => match take(&mut self.0, 4)? {
                &[a, b, c, d] => Value::Fixed32(u32::from_le_bytes([a, b, c, d])),
                _ => return Err(OnnxError::Damaged("it ends early")),
            },
            _ => return Err(OnnxError::Damaged("unknown wire type")),
        };
        Ok((key >> 3, value))
    }
}

fn take<'a>(from: &mut &'a [u8], length: u64) -> Result<&'a [u8], OnnxError> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    from.split_off(..length).ok_or(OnnxError::Damaged("it ends early"))
}

/// A base-128 varint, at most ten bytes; negative numbers are two's complement in 64 bits.
fn varint(from: &mut &[u8]) -> Result<u64, OnnxError> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let byte = *from.split_off_first().ok_or(OnnxError::Damaged("it ends early"))?;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(OnnxError::Damaged("a varint does not end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A model with one initializer `w`: a float tensor of shape [2] in `raw_data`.
    fn model() -> Vec<u8> {
        let mut tensor = vec![1 << 3, 2, 2 << 3, 1, (8 << 3) | 2, 1, b'w', (9 << 3) | 2, 8];
        tensor.extend(1.5f32.to_le_bytes());
        tensor.extend((-2.0f32).to_le_bytes());
        let mut graph = vec![(5 << 3) | 2, tensor.len() as u8];
        graph.extend(tensor);
        let mut model = vec![(7 << 3) | 2, graph.len() as u8];
        model.extend(graph);
        model
    }

    #[test]
    fn reads_a_tensor_by_name() {
        let model = model();
        let weights = Weights::parse(&model).unwrap();
        assert_eq!(weights.floats("w", &[2]).unwrap(), [1.5, -2.0]);
    }

    #[test]
    fn says_what_is_not_as_expected() {
        let model = model();
        let weights = Weights::parse(&model).unwrap();
        assert_eq!(weights.floats("v", &[2]), Err(OnnxError::Missing("v".into())));
        assert!(matches!(weights.floats("w", &[3]), Err(OnnxError::Shape { .. })));
        assert!(matches!(weights.bytes("w", &[2]), Err(OnnxError::Type { .. })));
    }

    #[test]
    fn refuses_a_file_cut_anywhere() {
        let model = model();
        for length in 1..model.len() {
            assert!(Weights::parse(&model[..length]).is_err(), "cut at {length}");
        }
    }
}
