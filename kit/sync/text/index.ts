export * from './shared-document.ts';
