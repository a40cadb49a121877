export * from './build.ts';
export * from './chunk.ts';
export * from './manifest.ts';
export * from './offer.ts';
