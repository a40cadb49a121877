import { expect, test } from 'bun:test';
import { mana } from './mana.ts';

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
	const [out, err]: [string[], string[]] = [[], []];
	const code = await mana(['recur', ...args], { out: (line) => out.push(line), err: (line) => err.push(line) });
	return { code, out: out.join('\n'), err: err.join('\n') };
}

test('prints the instances as iCalendar writes them', async () => {
	expect(await run('FREQ=MONTHLY;BYDAY=1FR;COUNT=3', '--start', '19970905T090000')).toEqual({
		code: 0,
		out: '19970905T090000,19971003T090000,19971107T090000',
		err: '',
	});
	expect((await run('RRULE:FREQ=DAILY', '--start', '20260101', '--limit', '2', '--from', '20260301')).out).toBe(
		'20260301,20260302',
	);
	expect((await run('FREQ=DAILY', '--start', '20260328T090000', '--zone', 'Europe/Berlin', '--limit', '2')).out).toBe(
		'20260328T080000Z,20260329T070000Z',
	);
});

test('says what is wrong', async () => {
	expect(await run('FREQ=OFTEN', '--start', '20260101')).toMatchObject({ code: 1, out: '' });
	expect((await run('FREQ=DAILY')).err).toContain('--start 20261126T090000');
	expect((await run('FREQ=DAILY', '--start', '20260101', '--limit', '0')).err).toContain('--limit takes');
	expect((await run('FREQ=DAILY', '--start', '20260101', '--zone', 'Mars')).err).toContain('no zone "Mars"');
});
