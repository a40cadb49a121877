export type * from './api.ts';
export { openMemoryMana } from './open-memory.ts';
export { InvalidValue } from './writer.ts';
