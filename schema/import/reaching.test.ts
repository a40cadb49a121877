import { describe, expect, test } from 'bun:test';
import { codes } from './codes.fixture.ts';

describe('a scrape configuration', () => {
	const job = (name: string, ...rows: string[]) =>
		codes('prometheus.yml', 'scrape_configs:', `  - job_name: ${name}`, ...rows.map((row) => `    ${row}`));

	test.each([
		['mana-stt', ['static_configs: [{ targets: ["gpu-box:3021"] }]'], []],
		['mana-stt', ['static_configs: [{ targets: ["gpu-box:3020"] }]'], ['wrong-scrape']],
		['models', ['static_configs: [{ targets: ["windows-gpu:3021"] }]'], []],
		['models', ['static_configs: [{ targets: ["windows-gpu:3020"], labels: { service: mana-stt } }]'], ['wrong-scrape']],
		['models', ['static_configs: [{ targets: ["192.168.1.9:3999"] }]'], ['leads-to-nothing']],
		['memoro', ['static_configs: [{ targets: ["memoro-server:3015"] }]'], ['unknown-callee']],
		[
			'pages',
			['relabel_configs: [{ target_label: __address__, replacement: "mana-search:3021" }]', 'metrics_path: /probe'],
			['wrong-call'],
		],
	])('is understood in the job %p where it says %p', (name, rows, expected) => {
		expect(job(name, ...rows)).toEqual(expected);
	});

	test('calls its alertmanagers and its remote storage', () => {
		const alerting = 'alerting: { alertmanagers: [{ static_configs: [{ targets: ["alertmanager:9094"] }] }] }';
		const remote = 'remote_write: [{ url: "http://victoriametrics:8429/api/v1/write" }]';
		expect(codes('prometheus.yml', alerting, remote, 'scrape_configs: []')).toEqual(['wrong-call', 'wrong-call']);
	});
});

describe('a way from a public name', () => {
	const tunnel = (path: string, port: number) =>
		codes(
			'config.yml',
			'ingress:',
			'  - hostname: mana.how',
			...(path === '' ? [] : [`    path: ${path}`]),
			`    service: http://localhost:${port}`,
		);

	test.each([
		['', 5000, []],
		['', 3001, ['wrong-route']],
		['^/', 3001, ['wrong-route']],
		['^/api/auth', 3001, []],
		['^/api/auth', 3005, ['wrong-route']],
		['^/search', 5000, []],
		['^/api', 3001, []],
		['^/api', 4090, ['leads-to-nothing']],
	])('at the path %p may lead to %p: %p', (path, port, expected) => {
		expect(tunnel(path, port)).toEqual(expected);
	});

	test('is read from nginx by its location and through a variable', () => {
		const nginx = (...rows: string[]) => codes('nginx.conf', 'server { server_name mana.how;', ...rows, '}');
		expect(nginx('location /media/ { proxy_pass http://127.0.0.1:3011/; }')).toEqual([]);
		expect(nginx('location /media/ { proxy_pass http://127.0.0.1:3015/; }')).toEqual(['wrong-route']);
		expect(nginx('location / { set $to http://localhost:4090; proxy_pass $to; }')).toEqual(['wrong-route']);
	});

	test('is read from a Caddyfile with its paths, its variables and addresses on several lines', () => {
		const caddy = (...rows: string[]) => codes('Caddyfile', ...rows);
		const site = (row: string) => caddy('mana.how,', 'www.mana.how {', `	${row}`, '}');
		expect(site('reverse_proxy :5000')).toEqual([]);
		expect(site('reverse_proxy :5999')).toEqual(['wrong-route']);
		expect(site('reverse_proxy {$HUB:localhost:5999}')).toEqual(['wrong-route']);
		expect(site('reverse_proxy /sync/* 127.0.0.1:3010')).toEqual([]);
		const handled = (port: number) =>
			caddy(
				'mana.how {',
				'	handle_path /api/auth/* {',
				`		reverse_proxy localhost:${port} {`,
				'			header_up Host {host}',
				'		}',
				'	}',
				'}',
			);
		expect(handled(3001)).toEqual([]);
		expect(handled(3005)).toEqual(['wrong-route']);
		expect(caddy('mana.how', '', 'reverse_proxy localhost:5999')).toEqual(['wrong-route']);
		expect(caddy('mana.how {', '}', 'mana.how {', '}')).toEqual(['routed-twice']);
		expect(caddy('http://mana.how {', '}', 'https://mana.how {', '}')).toEqual([]);
	});
});
