import type { Decider } from './decider.ts';
import { unique } from './unique.ts';

export type { Decider, Granted } from './decider.ts';

/** Every command that this server knows, by name. */
export const deciders: ReadonlyMap<string, Decider> = new Map([unique].map((decider) => [decider.name, decider]));
