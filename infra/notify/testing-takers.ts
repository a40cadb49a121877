// For tests: a service to which mails are handed over, which writes down what it got.
import type { IncomingMail } from '@mana/service/mail-in';
import { identityOf } from './testing.ts';

export interface Taker {
	readonly url: string;
	/** Every mail that it took, the same one twice where it was handed over twice. */
	readonly taken: IncomingMail[];
	/** How it answers: with this status and code instead. */
	answer: { readonly status: number; readonly code: string } | null;
	close(): Promise<void>;
}

/** Stands in for the services that take mail: it knows of each request for which of them it is by its token. */
export async function startTaker(): Promise<Taker> {
	const identities = ['todo-server', 'calendar-server'].map((name) => identityOf(name));
	const taker: Taker = { url: '', taken: [], answer: null, close: () => server.stop(true) };
	const server = Bun.serve({
		hostname: '127.0.0.1',
		port: 0,
		async fetch(request) {
			const token = request.headers.get('authorization')?.replace('Bearer ', '');
			const mail = (await request.json()) as IncomingMail;
			const [todo, calendar] = identities;
			const who = await (mail.kind === 'task' ? todo! : calendar!).verify(token);
			if (who !== 'mana-notify') return Response.json({}, { status: 403 });
			if (taker.answer) {
				const { status, code } = taker.answer;
				return Response.json(
					{ status, code, detail: `${code}, says the service.` },
					{ status, headers: { 'content-type': 'application/problem+json' } },
				);
			}
			taker.taken.push(mail);
			return Response.json({ did: 'taken' });
		},
	});
	return Object.assign(taker, { url: `http://127.0.0.1:${server.port}` });
}
