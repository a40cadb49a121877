export { BadFrame, type BadFrameCode } from './bad-frame.ts';
export { ByteReader, ByteWriter } from './bytes.ts';
export { readCells, writeCells } from './cells.ts';
export { decodeFrame, encodeFrame, frameTypes } from './whole.ts';
export { boundOf, fits, packDeltas, packPushes } from './pack.ts';
export { readTransactions, writeTransactions } from './transactions.ts';
export { readValue, writeValue } from './value.ts';
