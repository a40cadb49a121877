import type { Logger } from '@mana/service';
import type { Meters } from './metrics.ts';
import { farewellFor } from './sockets.ts';
import { joinFrames } from './spaces/bytes.ts';

type Log = Pick<Logger, 'error'>;

/** A stream that just ends when something goes wrong: its readers allow nothing until they hear more. */
export function linesOf(lines: AsyncGenerator<object>, log: Log): ReadableStream<Uint8Array<ArrayBuffer>> {
	const encoder = new TextEncoder();
	return new ReadableStream({
		async pull(controller) {
			try {
				const { value, done } = await lines.next();
				if (done) controller.close();
				else controller.enqueue(encoder.encode(`${JSON.stringify(value)}\n`));
			} catch (error) {
				log.error({ err: error }, 'membership changes could not be read');
				controller.close();
			}
		},
		cancel: () => void lines.return(undefined),
	});
}

/** Frames of a projection, each behind its length. Nothing is made before it is asked for, so a slow reader holds up only itself. */
export function changesOf(frames: AsyncGenerator<Uint8Array<ArrayBuffer>>, log: Log): ReadableStream<Uint8Array<ArrayBuffer>> {
	return new ReadableStream(
		{
			async pull(controller) {
				try {
					const { value, done } = await frames.next();
					if (done) controller.close();
					else controller.enqueue(joinFrames([value]));
				} catch (error) {
					log.error({ err: error }, 'changes for a service could not be read');
					controller.close();
				}
			},
			cancel: () => void frames.return(undefined),
		},
		{ highWaterMark: 0 },
	);
}

/** Frames as they are made, and the BYE if one of them was not. */
export function framesOf(
	frames: AsyncGenerator<Uint8Array<ArrayBuffer>>,
	meters: Pick<Meters, 'farewell'>,
): ReadableStream<Uint8Array<ArrayBuffer>> {
	return new ReadableStream({
		async pull(controller) {
			try {
				const { value, done } = await frames.next();
				if (done) controller.close();
				else controller.enqueue(value);
			} catch (error) {
				const farewell = farewellFor(error);
				meters.farewell(farewell.code);
				controller.enqueue(joinFrames([farewell.frame()]));
				controller.close();
			}
		},
		cancel: () => void frames.return(undefined),
	});
}
