const RATE = 2000
const HEADER = 44
/** Of 8-bit samples. */
const SILENCE = 128

/** A playable WAV file of so many silent seconds: mono, 8 bits, 2 kHz, about 2 kB per second. */
export function silentWav(seconds: number): Uint8Array {
  const samples = Math.max(1, Math.round(seconds * RATE))
  const file = Buffer.alloc(HEADER + samples, SILENCE)
  file.write('RIFF', 0)
  file.writeUInt32LE(HEADER - 8 + samples, 4)
  file.write('WAVEfmt ', 8)
  file.writeUInt32LE(16, 16)
  file.writeUInt16LE(1, 20)
  file.writeUInt16LE(1, 22)
  file.writeUInt32LE(RATE, 24)
  file.writeUInt32LE(RATE, 28)
  file.writeUInt16LE(1, 32)
  file.writeUInt16LE(8, 34)
  file.write('data', 36)
  file.writeUInt32LE(samples, 40)
  return file
}
