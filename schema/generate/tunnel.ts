import { forEachPlan, type Generator, generatedNote } from './generator.ts';
import { type Route, routesOf } from './routes.ts';

/** Cloudflare's tunnel, for a machine without a public address: cloudflared runs beside the hub and reads this. */
export const tunnel: Generator = {
	name: 'tunnel',
	makes: 'the ingress of a tunnel (cloudflared) with exactly the routes of the plan, for plans with names of the internet',
	files: forEachPlan((facts) => {
		const routes = routesOf(facts).filter(({ real }) => real);
		return routes.length === 0 ? [] : [{ path: `${facts.folder}/cloudflared.yaml`, text: config(routes) }];
	}),
};

/** Rules are tried from the top, and the last one must catch all the rest. */
function config(routes: readonly Route[]): string {
	const nothing = 'http_status:404';
	const value = {
		tunnel: 'mana',
		'credentials-file': '/etc/cloudflared/mana.json',
		ingress: [
			...routes.flatMap(({ name, target, closed }) => [
				...(closed.length > 0 ? [{ hostname: name, path: closed.map(expression).join('|'), service: nothing }] : []),
				{ hostname: name, service: `http://${target}` },
			]),
			{ service: nothing },
		],
	};
	return [
		`# ${generatedNote}\n`,
		'# Once: cloudflared tunnel create mana, and for each name cloudflared tunnel route dns mana NAME.\n',
		`${Bun.YAML.stringify(value, null, 2)}\n`,
	].join('');
}

function expression(path: string): string {
	return `^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`;
}
