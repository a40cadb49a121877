import { existsSync } from 'node:fs';
import { Problem } from '@mana/service';
import type { Command, Io } from './command.ts';
import { type Place, readArguments, UsageError } from './place.ts';
import { frontOf } from './supervisor/front.ts';
import { isLocked } from './supervisor/lock.ts';
import { readState } from './supervisor/state.ts';

export const userCommand: Command = {
	name: 'user',
	summary: 'let a person back in who has lost the password or the second step, without mail',
	usage: [
		'mana user reset EMAIL [--home DIR]',
		'',
		'  prints a link by which EMAIL sets a new password; it works once and not for long',
		'',
		'mana user second-step EMAIL [--home DIR]',
		'',
		'  takes away the code at sign-in of EMAIL, who has lost the app and the recovery codes; the password still counts',
	],
	async run(args, io) {
		const { place, positionals } = readArguments(args, { 'public-url': { type: 'string' } });
		const [verb, email, ...rest] = positionals;
		const run = verb === undefined ? undefined : verbs[verb];
		if (run === undefined || email === undefined || rest.length > 0)
			throw new UsageError('Say what and for whom: mana user reset EMAIL, or mana user second-step EMAIL');
		return recovering(place, io, () => run(email, place, io));
	},
};

const verbs: Readonly<Record<string, (email: string, place: Place, io: Io) => Promise<void>>> = {
	reset,
	'second-step': takeAway,
};

/** Opens mana-auth's own store, so it works whether Mana runs or not: whoever may read the data folder may do this. */
async function recovering(place: Place, io: Io, work: () => Promise<void>): Promise<number> {
	if (!existsSync(place.home)) {
		io.err(`There is no data folder ${place.home}. Name it with --home DIR.`);
		return 1;
	}
	try {
		await work();
		return 0;
	} catch (error) {
		if (!(error instanceof Problem)) throw error;
		io.err(error.detail);
		return 1;
	}
}

async function takeAway(email: string, { home }: Place, io: Io): Promise<void> {
	const { takeSecondStepAway } = await import('../core/auth/index.ts');
	await takeSecondStepAway({ home, databaseUrl: process.env['MANA_DATABASE_URL'], env: process.env }, email);
	io.out(`${email} signs in with the password alone now. They should set the code up again in their settings.`);
}

async function reset(email: string, place: Place, io: Io): Promise<void> {
	const { resetLink } = await import('../core/auth/index.ts');
	const running = isLocked(place.home) ? readState(place.home) : null;
	const publicUrl =
		running?.publicUrl ?? frontOf({ lan: false, publicUrl: process.env['MANA_PUBLIC_URL'], offset: place.offset }).publicUrl;
	const { link, expiresAt } = await resetLink(
		{ home: place.home, databaseUrl: process.env['MANA_DATABASE_URL'], publicUrl, env: process.env },
		email,
	);
	io.out(link);
	io.err(`Open it before ${new Date(expiresAt).toLocaleTimeString()}${running ? '' : ', after "npm start"'}.`);
}
