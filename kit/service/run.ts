import { ConfigError } from './config.ts';
import type { RunningService, Service } from './define.ts';
import { readInstance } from './instance.ts';
import { createLogger } from './log.ts';
import { PortTakenError } from './port-holder.ts';

/**
 * Runs services in this process from its environment: starts them in the given order, stops them in reverse on SIGTERM or SIGINT.
 * When one cannot start, the others are stopped again and the process ends with code 1 and a message for people.
 */
export async function runServices(services: readonly Service[]): Promise<void> {
	const running: RunningService[] = [];
	let stopping = false;
	const stop = async (code: number) => {
		if (stopping) return;
		stopping = true;
		for (const service of running.toReversed()) await service.close();
		process.exit(code);
	};
	process.on('SIGTERM', () => void stop(0));
	process.on('SIGINT', () => void stop(0));
	try {
		for (const service of services) {
			if (stopping) return;
			running.push(await service.start());
		}
	} catch (error) {
		report(services, error);
		await stop(1);
	}
}

/** What a person can mend is said plainly; anything else keeps its stack. */
function report(services: readonly Service[], error: unknown): void {
	const plain =
		error instanceof ConfigError || error instanceof PortTakenError || (error instanceof Error && error.name === 'StoreError');
	if (plain) console.error((error as Error).message);
	else createLogger(services.map(({ name }) => name).join('+'), levelOf()).fatal({ err: error }, 'cannot start');
}

function levelOf(): string {
	try {
		return readInstance(process.env).logLevel;
	} catch (error) {
		if (error instanceof ConfigError) return 'info';
		throw error;
	}
}
