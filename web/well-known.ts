import type { ServiceEnv } from '@mana/service';
import type { Hono } from 'hono';

/** Where programs begin that know nothing but the address of this Mana (RFC 6764 §5): the service, and the place in it. */
const places = {
	// Whoever has calendars is told there of lists of tasks too.
	caldav: { service: 'calendar-server', path: '/dav/' },
	carddav: { service: 'contacts-server', path: '/dav/' },
} as const;

/** Leads programs on from the places that standards name. @param has whether a service runs here */
export function addWellKnown(app: Hono<ServiceEnv>, publicUrl: URL, has: (service: string) => boolean): void {
	for (const [name, { service, path }] of Object.entries(places))
		// The method is kept, since clients ask with PROPFIND.
		if (has(service)) app.all(`/.well-known/${name}`, (c) => c.redirect(`${publicUrl.origin}/api/${service}${path}`, 307));
}
