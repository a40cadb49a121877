import { connect } from 'node:net';
import { canListen, checkOffsetHere } from '@mana/schema/offsets';
import { holderOf } from '@mana/service';

/** A service and where it is about to listen. */
export interface Start {
	readonly name: string;
	readonly host: string;
	readonly port: number;
}

/**
 * Says why these services cannot listen under an offset, and which command works instead.
 *
 * @param again the command that starts the same under another offset
 * @returns a message for people, `null` when all is well
 */
export async function portTrouble(
	starts: readonly Start[],
	offset: number,
	host: string,
	again: (offset: number) => string,
): Promise<string | null> {
	const check = await checkOffsetHere(offset, host);
	const works = (other: number | null) => (other === null ? '' : `\nThis works: ${again(other)}`);
	const instead = works(check.suggestion);
	const wrong = check.findings.find((finding) => finding.code !== 'listening');
	if (wrong) return `The offset ${offset} cannot be used: ${wrong.message}${instead}`;
	for (const start of starts) {
		if ((await canListen(start.port, start.host)) && !(await answersOnIpv6(start.port))) continue;
		const holder = await holderOf(start.port);
		const who = holder ? `process ${holder.pid} (${holder.command})` : 'another process';
		const free = instead || works(await anyOffset(host));
		return `Port ${start.port}, which ${start.name} needs, is taken by ${who}.\nStop it, or start Mana beside it.${free}`;
	}
	return null;
}

/** An offset that works now. */
async function anyOffset(host: string): Promise<number | null> {
	const noOffset = -1;
	return (await checkOffsetHere(noOffset, host)).suggestion;
}

/**
 * A browser tries `localhost` by IPv6 first, and there a stranger may listen although our IPv4 address is free (on macOS, AirPlay
 * holds the hub's that way): people would see the stranger.
 */
function answersOnIpv6(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect({ port, host: '::1', timeout: 300 });
		const say = (taken: boolean) => {
			socket.destroy();
			resolve(taken);
		};
		socket.on('connect', () => say(true));
		socket.on('error', () => say(false));
		socket.on('timeout', () => say(false));
	});
}
