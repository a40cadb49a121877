import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** Values under these names never reach a log, however deep a caller hides them. */
const secretNames = ['authorization', 'cookie', 'password', 'secret', 'token'];

/** JSON lines on standard output with the service's name; `MANA_LOG` sets the least level that is written. */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
	const options = {
		level,
		base: { service },
		timestamp: () => `,"time":"${new Date().toISOString()}"`,
		formatters: { level: (label: string) => ({ level: label }) },
		redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: '[secret]' },
	};
	return destination ? pino(options, destination) : pino(options);
}
