import { expect, test } from 'bun:test';
import { deviceName } from './device-name.ts';

test('a browser that pretends to be others is called by its own name', () => {
	const chrome = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36';
	expect(deviceName(chrome)).toBe('Chrome · Linux');
	expect(deviceName(`${chrome} Edg/141.0`)).toBe('Edge · Linux');
});

test('a phone is a phone, not the system it says it is like', () => {
	const phone =
		'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1';
	expect(deviceName(phone)).toBe('Safari · iPhone');
});

test('what nobody knows has no name', () => {
	expect(deviceName('curl/8')).toBeNull();
});
