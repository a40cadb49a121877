import { services } from '@mana/schema';
import { answers, guardService, params, problem, type ServiceEnv, type ServiceIdentity } from '@mana/service';
import { Hono } from 'hono';
import { z } from 'zod';
import type { People } from '../people.ts';

const preferences = z.object({
	name: z.string(),
	language: z.string(),
	region: z.string(),
	timeZone: z.string(),
	weekStart: z.string(),
	hours: z.string(),
	units: z.string(),
	quiet: z.object({ from: z.string(), until: z.string() }).nullable(),
});

/** How people want to be treated, for the services that treat them: those whose row says that they need this one. */
export function preferencesRoutes({ people, identity }: { readonly people: People; readonly identity: ServiceIdentity }) {
	return new Hono<ServiceEnv>().get(
		'/v1/people/:id/preferences',
		guardService(identity),
		params(z.object({ id: z.string().min(1).max(128) })),
		answers('For services: language, time zone, quiet hours and what else somebody chose', preferences),
		async (c) => {
			if (!needsUs(c.get('service')))
				throw problem(403, 'need-undeclared', `${c.get('service')} does not declare in the schema that it needs mana-user.`);
			return c.json(await people.preferencesOf(c.req.valid('param').id));
		},
	);
}

function needsUs(service: string): boolean {
	return services.some(({ name, needs }) => name === service && needs.includes('mana-user'));
}
