import type { Hono } from 'hono';
import { Gauge } from 'prom-client';
import { z } from 'zod';
import { copyOf } from './copy.ts';
import type { Metrics } from './metrics.ts';
import { openApi } from './openapi.ts';
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
}

const live = z.object({
	status: z.literal('ok'),
	name: z.string(),
	version: z.string(),
	pid: z.number().int(),
	copy: z.string().optional().describe('which copy of Mana this is; told to this machine only'),
});
const ready = z.object({ status: z.literal('ready') });

/** The four addresses that every service answers: `/health/live`, `/health/ready`, `/metrics`, `/openapi.json`. */
export function addOperations(app: Hono<ServiceEnv>, options: OperationsOptions): void {
	const { name, version, metrics } = options;
	measureReadiness(options);
	const copy = copyOf(options.home);
	app.get('/health/live', answers('Whether the process lives', live), (c) =>
		c.json({ status: 'ok', name, version, pid: process.pid, ...(isFromHere(c) ? { copy } : {}) } as const),
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
	app.get('/metrics', async (c) => {
		if (!isDirect(c)) throw problem(404, 'not-found', 'Metrics are for this machine only.');
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
