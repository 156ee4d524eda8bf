import type { MiniLmFiles, Weight } from './minilm-files.ts'
import { encodeModel, type Node, type Tensor } from './onnx.ts'

const LAYERS = 6
const HEADS = 12
const EPSILON = { float: 1e-12 }
export const DIMENSIONS = 384

/**
 * How weights are handed to the matrix product. Signed is a third faster where the processor adds products up
 * in 32 bits (VNNI, ARM); without that, x86 clamps at 16 bits and the vectors are wrong. Unsigned is exact
 * everywhere. Both give the same bits.
 * https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html
 */
export type WeightType = 'uint8' | 'int8'

/**
 * The model as an ONNX file: `ids` int64 [1, tokens] → `mean` float32 [1, 384], not normalised.
 * Most weights stay the 8-bit integers that they are, and activations are quantised on the way in
 * (DynamicQuantizeMatMul). Not so for each layer's last product, whose input has a few values far out: with
 * floats there, vectors keep a cosine of 0.997 to the exact ones instead of 0.993, for 3 ms more per chunk.
 * One text at a time: no padding and no mask, and a vector does not depend on which other texts were embedded
 * with it, which quantising a batch would make it.
 * Architecture: BERT with post-layer normalisation, https://arxiv.org/abs/1810.04805, mean pooling.
 * Operators: https://github.com/microsoft/onnxruntime/blob/main/docs/ContribOperators.md
 */
export function buildMiniLm(files: MiniLmFiles, weightType: WeightType): Uint8Array {
  const nodes: Node[] = []
  const tensors: Tensor[] = []

  const constant = (name: string, dims: number[], values: Float32Array) => {
    tensors.push({ name, type: 'float32', dims, data: bytesOf(values) })
    return name
  }
  const node = (op: string, inputs: string[], output: string, rest: Partial<Node> = {}) => {
    nodes.push({ op, inputs, outputs: [output], ...rest })
    return output
  }
  const floats = (nameEnd: string) => {
    const weight = files.weight(nameEnd)
    return constant(nameEnd, weight.dims, dequantise(weight))
  }

  /** x·W + b; several weights are laid side by side, each column with the scale of the one it came from. */
  const dense = (x: string, prefixes: string[], output: string) => {
    const weights = prefixes.map((prefix) => files.weight(`${prefix}/Tensordot/ReadVariableOp`))
    const joined = sideBySide(weights)
    const signed = (bytes: Uint8Array) => (weightType === 'int8' ? bytes.map((byte) => byte ^ 128) : bytes)
    tensors.push({ name: `${output}/w`, type: weightType, dims: joined.dims, data: signed(joined.bytes) })
    tensors.push({
      name: `${output}/zero`,
      type: weightType,
      dims: [joined.zeros.length],
      data: signed(joined.zeros),
    })
    const bias = prefixes.flatMap((prefix) => [
      ...dequantise(files.weight(`${prefix}/BiasAdd/ReadVariableOp`)),
    ])
    return node(
      'DynamicQuantizeMatMul',
      [
        x,
        `${output}/w`,
        constant(`${output}/scale`, [joined.scales.length], joined.scales),
        `${output}/zero`,
        constant(`${output}/b`, [bias.length], Float32Array.from(bias)),
      ],
      output,
      { domain: 'com.microsoft' },
    )
  }
  /** The same in floats. */
  const exactDense = (x: string, prefix: string, output: string) => {
    const product = node('MatMul', [x, floats(`${prefix}/Tensordot/ReadVariableOp`)], `${output}/product`)
    return node('Add', [product, floats(`${prefix}/BiasAdd/ReadVariableOp`)], output)
  }
  const addAndNormalise = (x: string, y: string, prefix: string, output: string) =>
    node(
      'SkipLayerNormalization',
      [
        x,
        y,
        floats(`${prefix}/LayerNorm/batchnorm/mul/ReadVariableOp`),
        floats(`${prefix}/LayerNorm/batchnorm/ReadVariableOp`),
      ],
      output,
      { domain: 'com.microsoft', attributes: { epsilon: EPSILON } },
    )

  // The word table stays in bytes (12 MB, not 47): rows are looked up first and made floats after.
  const table = files.weight('unknown')
  tensors.push({ name: 'table', type: 'uint8', dims: table.dims, data: table.bytes })
  tensors.push({ name: 'table/zero', type: 'uint8', dims: [], data: Uint8Array.of(zeroPoint(table)) })
  constant('table/scale', [], Float32Array.of(table.scale))
  node('Gather', ['table', 'ids'], 'rows')
  node('DequantizeLinear', ['rows', 'table/scale', 'table/zero'], 'words')

  const positions = files.weight('unknown_0')
  const firstSegment = dequantise(files.weight('unknown_1')).subarray(0, DIMENSIONS)
  const positionAndSegment = dequantise(positions).map(
    (value, i) => value + (firstSegment[i % DIMENSIONS] ?? 0),
  )
  constant('positions', positions.dims, positionAndSegment)
  tensors.push({ name: 'one', type: 'int64', dims: [1], data: int64(1) })
  tensors.push({ name: 'zero', type: 'int64', dims: [1], data: int64(0) })
  node('Shape', ['ids'], 'shape')
  node('Gather', ['shape', 'one'], 'length')
  node('Slice', ['positions', 'zero', 'length', 'zero'], 'used')
  node('Unsqueeze', ['used', 'zero'], 'places')

  let hidden = addAndNormalise('words', 'places', 'embeddings', 'embedded')
  for (let layer = 0; layer < LAYERS; layer += 1) {
    const at = `layer_._${layer}`
    const self = `${at}/attention/self`
    dense(hidden, [`${self}/query`, `${self}/key`, `${self}/value`], `${self}/qkv`)
    nodes.push({
      op: 'Split',
      inputs: [`${self}/qkv`],
      outputs: [`${self}/q`, `${self}/k`, `${self}/v`],
      attributes: { axis: 2 },
    })
    node('MultiHeadAttention', [`${self}/q`, `${self}/k`, `${self}/v`], `${self}/out`, {
      domain: 'com.microsoft',
      attributes: { num_heads: HEADS },
    })
    const attended = addAndNormalise(
      hidden,
      dense(`${self}/out`, [`${at}/attention/output/dense`], `${at}/attention/dense`),
      `${at}/attention/output`,
      `${at}/attended`,
    )
    const wide = dense(attended, [`${at}/intermediate/dense`], `${at}/wide`)
    const active = node('Gelu', [wide], `${at}/active`, { domain: 'com.microsoft' })
    hidden = addAndNormalise(
      attended,
      exactDense(active, `${at}/output/dense`, `${at}/narrow`),
      `${at}/output`,
      `${at}/done`,
    )
  }
  node('ReduceMean', [hidden], 'mean', { attributes: { axes: [1], keepdims: 0 } })

  return encodeModel({
    name: 'all-MiniLM-L6-v2',
    nodes,
    tensors,
    inputs: [{ name: 'ids', type: 'int64', dims: [1, 'tokens'] }],
    outputs: [{ name: 'mean', type: 'float32', dims: [1, DIMENSIONS] }],
  })
}

function dequantise({ bytes, min, scale }: Weight): Float32Array {
  return Float32Array.from(bytes, (byte) => min + scale * byte)
}

/** The byte that stands for 0. The converter made it a whole number wherever a weight has both signs. */
function zeroPoint({ min, scale }: Weight): number {
  const zero = -min / scale
  if (Math.abs(zero - Math.round(zero)) > 1e-6) throw new Error(`no byte stands for 0 (${zero})`)
  return Math.round(zero)
}

function sideBySide(weights: Weight[]): {
  dims: number[]
  bytes: Uint8Array
  scales: Float32Array
  zeros: Uint8Array
} {
  const [first] = weights
  const rows = first?.dims[0] ?? 0
  const columnsOf = weights.map(({ dims }) => dims[1] ?? 0)
  const columns = columnsOf.reduce((sum, count) => sum + count, 0)
  const bytes = new Uint8Array(rows * columns)
  const scales = new Float32Array(columns)
  const zeros = new Uint8Array(columns)
  let left = 0
  for (const [i, weight] of weights.entries()) {
    const width = columnsOf[i] ?? 0
    for (let row = 0; row < rows; row += 1)
      bytes.set(weight.bytes.subarray(row * width, (row + 1) * width), row * columns + left)
    scales.fill(weight.scale, left, left + width)
    zeros.fill(zeroPoint(weight), left, left + width)
    left += width
  }
  return { dims: [rows, columns], bytes, scales, zeros }
}

function bytesOf(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

function int64(value: number): Uint8Array {
  return new Uint8Array(BigInt64Array.of(BigInt(value)).buffer)
}
