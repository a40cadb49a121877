import manifest from '../../package.json' with { type: 'json' };

/** Mana's version: one for all services. */
export const version: string = manifest.version;
