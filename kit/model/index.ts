export * from './collection.ts';
export * from './field.ts';
export * as field from './fields/index.ts';
export * from './laws/index.ts';
export * from './order.ts';
export * from './record-id.ts';
export * from './value.ts';
