import type { TestMana } from './mana.ts';
import { ownerOf, post, signIn } from './people.ts';
import { expect } from './test.ts';

/** The link to this page in the newest mail to somebody, as the owner reads it. */
export async function mailedLink(mana: TestMana, address: string, path: string): Promise<string> {
	const { name, value } = await signIn(mana, await ownerOf(mana));
	const { body } = await post(mana, '/token', {}, { cookie: `${name}=${value}` });
	const authorization = `Bearer ${(body as { token: string }).token}`;
	let link: string | undefined;
	const find = async (): Promise<boolean> => {
		const answer = await fetch(`${mana.url}/api/mana-notify/v1/outbox`, { headers: { authorization } });
		const { mails } = (await answer.json()) as { mails: readonly { to: string; text: string }[] };
		const texts = mails.filter(({ to }) => to === address).map(({ text }) => text);
		link = texts.map((text) => /https?:\/\/\S+#token=[\w-]+/.exec(text)?.[0]).find((found) => found?.includes(`${path}#`));
		return link !== undefined;
	};
	await expect.poll(find).toBe(true);
	return link ?? '';
}
