export * from './manifest.ts';
export * from './record.ts';
export * from './tally.ts';
