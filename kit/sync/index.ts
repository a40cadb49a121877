export * from './cell.ts';
export * from './clock.ts';
export * from './codec/index.ts';
export * from './frames.ts';
export * from './ids.ts';
export * from './limits.ts';
export * from './merge.ts';
export * from './permission.ts';
