import type { Hono } from 'hono';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import { copyOf } from './copy.ts';
import type { Metrics } from './metrics.ts';
import { type NeedsReport, needsReport } from './needs.ts';
import { openApi } from './openapi.ts';
import { live } from './probe.ts';
import { problem } from './problem.ts';
import { isDirect, isForwarded, isFromHere, type ServiceEnv } from './request.ts';
import { answers } from './routes.ts';

export interface OperationsOptions {
	readonly name: string;
	readonly version: string;
	/** The data folder, by which this machine tells two copies apart. */
	readonly home: string;
	readonly metrics: Metrics;
	/** Throws when the service cannot do its work; touches its own tables. */
	readonly ready: () => Promise<void>;
	/** Asks every service that this one needs. */
	readonly needs: () => Promise<NeedsReport>;
	/** When this service began, in milliseconds since 1970. */
	readonly startedAt: number;
}

const ready = z.object({ status: z.literal('ready') });

/** The addresses that every service answers: `/health/live`, `/health/ready`, `/health/needs`, `/metrics`, `/openapi.json`. */
export function addOperations(app: Hono<ServiceEnv>, options: OperationsOptions): void {
	const { name, version, metrics, startedAt } = options;
	measureReadiness(options);
	const copy = copyOf(options.home);
	app.get('/health/live', answers('Whether the process lives', live), (c) =>
		c.json({
			status: 'ok',
			name,
			version,
			startedAt,
			...(isDirect(c.req.raw.headers) ? { pid: process.pid } : {}),
			...(isFromHere(c) ? { copy } : {}),
		} as const),
	);
	app.get('/health/ready', answers('Whether the service can do its work', ready), async (c) => {
		try {
			await options.ready();
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			throw problem(503, 'not-ready', isForwarded(c) ? `${name} is not ready.` : `${name} is not ready: ${reason}`, {
				cause: error,
				retryAfterMs: 1000,
			});
		}
		return c.json({ status: 'ready' } as const);
	});
	app.get('/health/needs', answers('Whether the services it needs can be reached from here', needsReport), async (c) => {
		if (!isDirect(c.req.raw.headers))
			throw problem(404, 'not-found', 'What a service needs is for this machine and its network only.');
		return c.json(await options.needs());
	});
	app.get('/metrics', async (c) => {
		if (!isDirect(c.req.raw.headers)) throw problem(404, 'not-found', 'Metrics are for this machine only.');
		return c.body(await metrics.registry.metrics(), 200, { 'content-type': metrics.registry.contentType });
	});
	app.get('/openapi.json', (c) => c.json(openApi(name, version, app.routes)));
}

/** The answer of `/health/ready` as a figure, so that whoever collects figures can raise an alarm without asking a second address. */
function measureReadiness({ metrics, ready }: OperationsOptions): void {
	const gauge: Gauge = new Gauge({
		name: 'service_ready',
		help: '1 while the service can do its work, 0 while it cannot; /health/ready says why.',
		registers: [],
		async collect() {
			gauge.set(
				await ready().then(
					() => 1,
					() => 0,
				),
			);
		},
	});
	metrics.registry.registerMetric(gauge);
}
