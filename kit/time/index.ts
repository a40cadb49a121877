export * from './day.ts';
export * from './phrase/index.ts';
export * from './speak.ts';
