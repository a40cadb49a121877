import { createHmac, timingSafeEqual } from 'node:crypto';
import { type TopicName, topicNames } from '@mana/schema';
import { problem } from '@mana/service';

/** Who would hear no more of what by mail. */
export interface Unsubscription {
	readonly person: string;
	readonly topic: TopicName;
}

/** The part of a link that stops mails of one kind to one person, without signing in (RFC 8058). It proves nothing else. */
export function unsubscribeToken(key: string, { person, topic }: Unsubscription): string {
	const said = Buffer.from(JSON.stringify([person, topic])).toString('base64url');
	return `${said}.${seal(key, said)}`;
}

/** @throws Problem `unsubscribe-invalid` */
export function readUnsubscribeToken(key: string, token: string): Unsubscription {
	const [said = '', proof = ''] = token.split('.');
	const [given, expected] = [Buffer.from(proof), Buffer.from(seal(key, said))];
	if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw invalid();
	const [person, topic] = JSON.parse(Buffer.from(said, 'base64url').toString()) as [string, string];
	const known = topicNames.find((name) => name === topic);
	if (known === undefined) throw invalid();
	return { person, topic: known };
}

function seal(key: string, said: string): string {
	return createHmac('sha256', key).update(`unsubscribe ${said}`).digest('base64url');
}

function invalid() {
	return problem(404, 'unsubscribe-invalid', 'This link stops nothing. Change what you hear about in the settings.');
}
