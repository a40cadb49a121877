import { largestBodyBytes, longestSilenceSeconds } from '../public-door.ts';
import { forEachPlan, type Generator, generatedNote } from './generator.ts';
import { type Route, routesOf } from './routes.ts';

/** nginx before the hub. It has no ACME of its own: certificates lie where certbot keeps them, which answers by its web root. */
export const nginx: Generator = {
	name: 'nginx',
	makes: "an nginx.conf with exactly the routes of the plan, for the machine of the plan's hub",
	files: forEachPlan((facts) => {
		const routes = routesOf(facts);
		return routes.length === 0 ? [] : [{ path: `${facts.folder}/nginx.conf`, text: conf(routes) }];
	}),
};

function conf(routes: readonly Route[]): string {
	const real = routes.some((route) => route.real);
	const listen = (port: number, how = '') =>
		(real ? [port, `[::]:${port}`] : [`127.0.0.1:${port}`]).map((address) => `		listen ${address}${how};`);
	return [
		`# ${generatedNote}`,
		...(real
			? routes.map(({ name }) => `# certbot certonly --webroot -w ${webRoot} -d ${name}`)
			: ['# Any certificate for localhost will do. Let Mana know the address: npm start -- --public-url https://localhost']),
		'events {}',
		'',
		'http {',
		'	server_tokens off;',
		`	client_max_body_size ${largestBodyBytes};`,
		'	map $http_upgrade $connection_upgrade {',
		"		'' '';",
		'		default upgrade;',
		'	}',
		'',
		'	# Whoever comes by another name, or by none, learns nothing.',
		'	server {',
		...listen(80, ' default_server'),
		'		return 444;',
		'	}',
		'	server {',
		...listen(443, ' ssl default_server'),
		'		ssl_reject_handshake on;',
		'	}',
		'',
		'	server {',
		...listen(80),
		`		server_name ${routes.map(({ name }) => name).join(' ')};`,
		...(real ? [`		location /.well-known/acme-challenge/ { root ${webRoot}; }`] : []),
		'		location / { return 301 https://$host$request_uri; }',
		'	}',
		...routes.map((route) => server(route, listen(443, ' ssl http2'))),
		'}',
		'',
	].join('\n');
}

const webRoot = '/var/www/letsencrypt';

function server({ name, target, real, closed }: Route, listen: readonly string[]): string {
	const certificate = `${real ? '/etc/letsencrypt/live' : '/etc/ssl'}/${name}`;
	return [
		'',
		'	server {',
		...listen,
		`		server_name ${name};`,
		`		ssl_certificate ${certificate}/fullchain.pem;`,
		`		ssl_certificate_key ${certificate}/privkey.pem;`,
		'		ssl_protocols TLSv1.2 TLSv1.3;',
		...(real ? ['		add_header Strict-Transport-Security max-age=31536000 always;'] : []),
		...closed.map((path) => `		location ${locationOf(path)} { return 404; }`),
		'		location / {',
		`			proxy_pass http://${target};`,
		'			proxy_http_version 1.1;',
		'			proxy_set_header Host $host;',
		'			# Said by this proxy alone: what a caller says of itself ends here.',
		'			proxy_set_header X-Forwarded-For $remote_addr;',
		'			proxy_set_header X-Forwarded-Host $host;',
		'			proxy_set_header X-Forwarded-Proto $scheme;',
		'			proxy_set_header X-Forwarded-Port "";',
		'			proxy_set_header X-Real-IP "";',
		'			proxy_set_header Forwarded "";',
		'			proxy_set_header Upgrade $http_upgrade;',
		'			proxy_set_header Connection $connection_upgrade;',
		'			proxy_hide_header Strict-Transport-Security;',
		`			proxy_read_timeout ${longestSilenceSeconds}s;`,
		`			proxy_send_timeout ${longestSilenceSeconds}s;`,
		'			proxy_request_buffering off;',
		'			proxy_buffering off;',
		'		}',
		'	}',
	].join('\n');
}

/** `= /metrics`, or with a part that may be anything `~ ^/api/[^/]+/metrics$`. */
function locationOf(path: string): string {
	return path.includes('*') ? `~ ^${path.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$` : `= ${path}`;
}
