import { expect, test } from 'bun:test';
import type { SpaceId } from './cell.ts';
import { linkInto } from './space-links.ts';

test('a link names the space of what it leads to, one’s own as well, and keeps what it asks for', () => {
	expect(linkInto('home' as SpaceId, '/todo?task=1')).toBe('/todo?in=home&task=1');
	expect(linkInto(null, '/calendar?event=1/2&at=3')).toBe('/calendar?in=own&event=1/2&at=3');
	expect(linkInto(null, '/calendar')).toBe('/calendar?in=own');
});
