import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { securityEventKinds } from '../security-events.ts';

test('every kind of entry has words on the screen', () => {
	const words = readFileSync(join(import.meta.dir, '../../../kit/ui/administration/words.ts'), 'utf8');
	expect(securityEventKinds.filter((kind) => !new RegExp(`^\\t'?${kind}'?: \\(\\) =>`, 'm').test(words))).toEqual([]);
});
