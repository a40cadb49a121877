import { largestBodyBytes, longestSilenceSeconds } from '../public-door.ts';
import { forEachPlan, type Generator, generatedNote } from './generator.ts';
import { type Route, routesOf } from './routes.ts';

/** Caddy before the hub: it fetches the certificates itself (ACME) and leads `http:` to `https:`. */
export const caddy: Generator = {
	name: 'caddy',
	makes: "a Caddyfile with exactly the routes of the plan, for the machine of the plan's hub",
	files: forEachPlan((facts) => {
		const routes = routesOf(facts);
		if (routes.length === 0) return [];
		const hints = routes.some(({ real }) => real)
			? []
			: ["# The certificate is Caddy's own. Let Mana know the address: npm start -- --public-url https://localhost"];
		return [
			{
				path: `${facts.folder}/Caddyfile`,
				text: [`# ${generatedNote}`, ...hints, ...routes.map(site)].map((part) => `${part}\n`).join(''),
			},
		];
	}),
};

/**
 * Caddy passes `Host` on and says itself who asks (`X-Forwarded-For`, `-Host`, `-Proto`), believing no caller's word about that. It
 * upgrades to WebSocket without being told.
 */
function site({ name, target, real, closed }: Route): string {
	return [
		'',
		`${name} {`,
		...(real ? [] : ['	bind 127.0.0.1']),
		'	header {',
		// For localhost it would shut out every plain server of this machine.
		real ? '		Strict-Transport-Security max-age=31536000' : '		-Strict-Transport-Security',
		'		defer',
		'	}',
		'	request_body {',
		`		max_size ${largestBodyBytes}`,
		'	}',
		...(closed.length > 0 ? [`	@closed path ${closed.join(' ')}`, '	respond @closed 404'] : []),
		`	reverse_proxy ${target} {`,
		'		transport http {',
		`			read_timeout ${longestSilenceSeconds}s`,
		'		}',
		'	}',
		'}',
	].join('\n');
}
