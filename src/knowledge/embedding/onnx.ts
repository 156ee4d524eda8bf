/**
 * Writes the few parts of an ONNX file that a small transformer needs: protobuf by hand, because the packages
 * that could do it are many times the size of this page.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */

export type TensorType = 'float32' | 'uint8' | 'int8' | 'int64'

export type Tensor = { name: string; type: TensorType; dims: number[]; data: Uint8Array }

export type Node = {
  op: string
  /** '' is ONNX itself; `com.microsoft` holds onnxruntime's own fused operators. */
  domain?: 'com.microsoft'
  inputs: string[]
  outputs: string[]
  attributes?: Record<string, number | { float: number } | number[]>
}

export type Graph = {
  name: string
  nodes: Node[]
  tensors: Tensor[]
  /** A dimension with a name is free. */
  inputs: { name: string; type: TensorType; dims: (number | string)[] }[]
  outputs: { name: string; type: TensorType; dims: (number | string)[] }[]
}

const DATA_TYPE: Record<TensorType, number> = { float32: 1, uint8: 2, int8: 3, int64: 7 }
const ATTRIBUTE = { float: 1, int: 2, ints: 7 }
const IR_VERSION = 8
const ONNX_OPSET = 17

/** Pieces of the file, joined once at the end: the weights are copied once, not at every level. */
type Part = Uint8Array

/** The bytes of a model file. */
export function encodeModel(graph: Graph): Uint8Array {
  const opsets = [
    [...text(1, ''), varint(2, ONNX_OPSET)],
    [...text(1, 'com.microsoft'), varint(2, 1)],
  ]
  return Buffer.concat([
    varint(1, IR_VERSION),
    ...message(7, [
      ...graph.nodes.flatMap((node) => message(1, encodeNode(node))),
      ...text(2, graph.name),
      ...graph.tensors.flatMap((tensor) => message(5, encodeTensor(tensor))),
      ...graph.inputs.flatMap((value) => message(11, encodeValue(value))),
      ...graph.outputs.flatMap((value) => message(12, encodeValue(value))),
    ]),
    ...opsets.flatMap((opset) => message(8, opset)),
  ])
}

function encodeNode(node: Node): Part[] {
  return [
    ...node.inputs.flatMap((name) => text(1, name)),
    ...node.outputs.flatMap((name) => text(2, name)),
    ...text(4, node.op),
    ...Object.entries(node.attributes ?? {}).flatMap(([name, value]) =>
      message(5, [...text(1, name), ...encodeAttribute(value)]),
    ),
    ...(node.domain ? text(7, node.domain) : []),
  ]
}

function encodeAttribute(value: number | { float: number } | number[]): Part[] {
  if (typeof value === 'number') return [varint(3, value), varint(20, ATTRIBUTE.int)]
  if (Array.isArray(value)) return [...value.map((int) => varint(8, int)), varint(20, ATTRIBUTE.ints)]
  return [float(2, value.float), varint(20, ATTRIBUTE.float)]
}

function encodeTensor(tensor: Tensor): Part[] {
  return [
    ...tensor.dims.map((dim) => varint(1, dim)),
    varint(2, DATA_TYPE[tensor.type]),
    ...text(8, tensor.name),
    ...message(9, [tensor.data]),
  ]
}

function encodeValue(value: Graph['inputs'][number]): Part[] {
  const dims = value.dims.flatMap((dim) =>
    message(1, typeof dim === 'number' ? [varint(1, dim)] : text(2, dim)),
  )
  return [
    ...text(1, value.name),
    ...message(2, message(1, [varint(1, DATA_TYPE[value.type]), ...message(2, dims)])),
  ]
}

function message(field: number, parts: Part[]): Part[] {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  return [plainVarint(field * 8 + 2), plainVarint(length), ...parts]
}

function text(field: number, value: string): Part[] {
  return message(field, [Buffer.from(value, 'utf8')])
}

function float(field: number, value: number): Part {
  const out = Buffer.alloc(5)
  out.writeUInt8(field * 8 + 5)
  out.writeFloatLE(value, 1)
  return out
}

function varint(field: number, value: number): Part {
  return Buffer.concat([plainVarint(field * 8), plainVarint(value)])
}

/** Negative numbers as 64-bit two's complement, as protobuf has it. */
function plainVarint(value: number): Part {
  const out: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  while (rest > 127n) {
    out.push(Number(rest & 127n) | 128)
    rest >>= 7n
  }
  out.push(Number(rest))
  return Uint8Array.from(out)
}
