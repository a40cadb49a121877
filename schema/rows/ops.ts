import { embedded, type Engine, own } from '../row.ts';

export const ops = [
	embedded({
		name: 'grafana',
		range: 'dashboards',
		owner: 'ops/dashboards',
		ports: [{ name: 'main', port: 8000, protocol: 'http', purpose: 'Dashboards' }],
		description: 'Metrics dashboards',
		needs: ['victoriametrics'],
		health: '/api/health',
		metrics: '/metrics',
		engine: {
			image: 'grafana/grafana:11.6.0',
			inside: { main: 3000 },
			environment: { GF_SECURITY_ADMIN_PASSWORD: '${MANA_GRAFANA_PASSWORD}' },
			keeps: '/var/lib/grafana',
			probe: ['wget', '-qO-', 'http://127.0.0.1:3000/api/health'],
		},
	}),
	embedded({
		name: 'umami',
		range: 'dashboards',
		owner: 'ops/web-analytics',
		ports: [{ name: 'main', port: 8010, protocol: 'http', purpose: 'Collector and dashboard' }],
		description: 'Web analytics',
		health: '/api/heartbeat',
	}),
	embedded({
		name: 'glitchtip',
		range: 'dashboards',
		owner: 'ops/errors',
		ports: [{ name: 'main', port: 8020, protocol: 'http', purpose: 'Error ingest and dashboard' }],
		description: 'Error tracking',
		health: '/_health/',
	}),
	embedded({
		name: 'minio',
		range: 'exporters',
		owner: 'ops/object-storage',
		ports: [
			{ name: 'main', port: 9000, protocol: 'http', purpose: 'S3 API: object storage' },
			{ name: 'console', port: 9001, protocol: 'http', purpose: 'Console: MinIO admin UI' },
		],
		description: 'Object storage',
		health: '/minio/health/live',
		metrics: '/minio/v2/metrics/cluster',
		decision: 'The document gives it two rows, "minio (S3 API)" and "minio (Console)". It is one service with two ports.',
	}),
	embedded({
		name: 'victoriametrics',
		range: 'exporters',
		owner: 'ops/metrics',
		ports: [{ name: 'main', port: 9090, protocol: 'http', purpose: 'Query and ingest' }],
		description: 'Metrics storage',
		health: '/health',
		metrics: '/metrics',
		engine: {
			image: 'victoriametrics/victoria-metrics:v1.122.0',
			inside: { main: 8428 },
			// The same file also tells Prometheus where rules and Alertmanager are, which this engine would refuse to read past.
			command: [
				'-promscrape.config=/etc/mana/prometheus.yaml',
				'-promscrape.config.strictParse=false',
				'-storageDataPath=/storage',
			],
			reads: { '/etc/mana/prometheus.yaml': 'prometheus.yaml' },
			keeps: '/storage',
			probe: ['wget', '-qO-', 'http://127.0.0.1:8428/health'],
		},
		shadows:
			'The document gives it the number that Prometheus is known by. Cockpit holds it on some Linux systems, which start it on demand only.',
	}),
	embedded({
		name: 'pushgateway',
		range: 'exporters',
		owner: 'ops/pushgateway',
		ports: [{ name: 'main', port: 9091, protocol: 'http', purpose: 'Push of short-lived metrics' }],
		description: 'Deploy metrics',
		health: '/-/healthy',
		metrics: '/metrics',
		engine: {
			image: 'prom/pushgateway:v1.11.1',
			inside: { main: 9091 },
			probe: ['wget', '-qO-', 'http://127.0.0.1:9091/-/healthy'],
		},
	}),
	embedded({
		name: 'alertmanager',
		range: 'exporters',
		owner: 'ops/alerts',
		ports: [{ name: 'main', port: 9093, protocol: 'http', purpose: 'Alert API' }],
		description: 'Alert routing',
		health: '/-/healthy',
		metrics: '/metrics',
		engine: {
			image: 'prom/alertmanager:v0.28.1',
			inside: { main: 9093 },
			reads: { '/etc/alertmanager/alertmanager.yml': 'alertmanager.yaml' },
			keeps: '/alertmanager',
			probe: ['wget', '-qO-', 'http://127.0.0.1:9093/-/healthy'],
		},
	}),
	own({
		name: 'alert-notifier',
		port: 9095,
		range: 'exporters',
		owner: 'ops/alert-notifier',
		runtime: null,
		description: 'Matrix alert bridge',
		purpose: 'Webhook for alerts',
		needs: ['mana-notify'],
	}),
	exporter('node-exporter', 9100, 'Host metrics', {
		image: 'prom/node-exporter:v1.9.1',
		inside: 9100,
		command: ['--path.rootfs=/host'],
		watches: { '/host': '/' },
	}),
	exporter('cadvisor', 9110, 'Container metrics', {
		image: 'gcr.io/cadvisor/cadvisor:v0.52.1',
		inside: 8080,
		watches: { '/rootfs': '/', '/var/run': '/var/run', '/sys': '/sys', '/var/lib/docker': '/var/lib/docker' },
	}),
	exporter('redis-exporter', 9121, 'Redis metrics', {
		// The plain image holds nothing but the exporter, so that nothing in it could probe it.
		image: 'oliver006/redis_exporter:v1.74.0-alpine',
		inside: 9121,
		environment: { REDIS_ADDR: 'redis://redis:6379' },
	}),
	exporter('postgres-exporter', 9187, 'Postgres metrics', {
		image: 'prometheuscommunity/postgres-exporter:v0.17.1',
		inside: 9187,
		environment: {
			DATA_SOURCE_URI: 'postgres:5432/mana?sslmode=disable',
			DATA_SOURCE_USER: 'mana',
			DATA_SOURCE_PASS: '${MANA_POSTGRES_PASSWORD}',
		},
	}),
] as const;

interface ExporterImage extends Omit<Engine, 'inside' | 'probe'> {
	readonly inside: number;
}

function exporter<const Name extends string>(name: Name, port: number, description: string, image: ExporterImage) {
	return embedded({
		name,
		range: 'exporters',
		owner: `ops/${name}`,
		ports: [{ name: 'main', port, protocol: 'http', purpose: 'Metrics' }],
		description,
		health: '/metrics',
		metrics: '/metrics',
		engine: {
			...image,
			inside: { main: image.inside },
			probe: ['wget', '-qO-', `http://127.0.0.1:${image.inside}/metrics`],
		},
	});
}
