export * from './catch-up.ts';
export * from './committer.ts';
export * from './decide.ts';
export * from './hash.ts';
export * from './need.ts';
export * from './state.ts';
export * from './store.ts';
