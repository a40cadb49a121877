import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

/** One service's metrics: `registry` is also handed to the service for its own. */
export interface Metrics {
	readonly registry: Registry;
	/** Notes an answered request. `route` is the pattern (`/people/:id`), never the path: paths are without number. */
	observe(method: string, route: string, status: number, seconds: number): void;
}

let loopDelay: ReturnType<typeof monitorEventLoopDelay> | undefined;

export function createMetrics(service: string): Metrics {
	const registry = new Registry();
	registry.setDefaultLabels({ service });
	const registers = [registry];
	const duration = new Histogram({
		name: 'http_request_duration_seconds',
		help: 'Time from a request to the beginning of its answer.',
		labelNames: ['method', 'route', 'status'],
		buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
		registers,
	});
	processMetrics(registers);
	return {
		registry,
		observe: (method, route, status, seconds) => duration.observe({ method, route, status }, seconds),
	};
}

/** Figures of the process, which may host several services. Ours, because prom-client's own set fails `promtool check metrics`. */
function processMetrics(registers: Registry[]): (Gauge | Counter)[] {
	const delay = (loopDelay ??= startDelay());
	return [
		new Gauge({
			name: 'process_resident_memory_bytes',
			help: 'Resident memory of the process.',
			registers,
			collect() {
				this.set(process.memoryUsage.rss());
			},
		}),
		new Gauge({
			name: 'process_start_time_seconds',
			help: 'Start of the process, in seconds since 1970.',
			registers,
			collect() {
				this.set(Math.round(performance.timeOrigin / 1000));
			},
		}),
		new Counter({
			name: 'process_cpu_seconds_total',
			help: 'Processor time that the process has used.',
			registers,
			collect() {
				const { user, system } = process.cpuUsage();
				this.reset();
				this.inc((user + system) / 1e6);
			},
		}),
		new Gauge({
			name: 'process_event_loop_delay_seconds',
			help: 'Time by which the event loop was late, 99th percentile since the start.',
			registers,
			collect() {
				this.set(delay.percentile(99) / 1e9);
			},
		}),
	];
}

function startDelay(): ReturnType<typeof monitorEventLoopDelay> {
	const delay = monitorEventLoopDelay({ resolution: 20 });
	delay.enable();
	return delay;
}
