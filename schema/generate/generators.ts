import { env } from './env.ts';
import type { Generator } from './generator.ts';
import { listing } from './listing.ts';
import { trustedOrigins } from './origins.ts';
import { planSchema } from './plan-schema.ts';
import { prometheus } from './prometheus.ts';
import { registry } from './registry.ts';

/** Everything that is made from the schema. Another kind of file is another file beside these, and a line here. */
export const generators: readonly Generator[] = [registry, listing, planSchema, env, trustedOrigins, prometheus];
