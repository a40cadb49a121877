/** What takes in, and writes down, more than may be done in one go: loaded when the first of it comes. */
export { disowned } from './disowned.ts';
export { afterRenewal, afterRestore, asAnother } from './replaced-history.ts';
export { cellsOfChunk } from '../../snapshot/chunk.ts';
export { Coming } from './coming.ts';
export { decoded, encoded } from './parts.ts';
export { rest } from '../breathe.ts';
export { slices } from './pace.ts';
export { ahead } from './pages-ahead.ts';
