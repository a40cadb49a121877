import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { SealBroken, serviceSealing } from './sealing.ts';

const secret = () => 'a secret of at least thirty-two characters';

test('what a service seals it opens again, in the same place, and never looks the same twice', () => {
	const sealing = serviceSealing(secret, 'mana-notify');
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (plain, label) => {
			const sealed = sealing.seal(plain, label);
			expect(serviceSealing(secret, 'mana-notify').open(sealed, label)).toEqual(plain);
			expect(sealing.seal(plain, label)).not.toEqual(sealed);
		}),
	);
});

test('nothing else opens it: another service, secret or place, or a changed bit', () => {
	const sealing = serviceSealing(secret, 'mana-notify');
	const sealed = sealing.seal(new TextEncoder().encode('token'), 'channel 1');
	const changed = sealed.with(14, sealed[14]! ^ 1);
	expect(() => serviceSealing(secret, 'calendar-server').open(sealed, 'channel 1')).toThrow(SealBroken);
	expect(() => serviceSealing(() => 'another secret of thirty-two characters', 'mana-notify').open(sealed, 'channel 1')).toThrow(
		SealBroken,
	);
	expect(() => sealing.open(sealed, 'channel 2')).toThrow(SealBroken);
	expect(() => sealing.open(changed, 'channel 1')).toThrow(SealBroken);
	for (const length of [0, 5, 20]) expect(() => sealing.open(sealed.subarray(0, length), 'channel 1')).toThrow(SealBroken);
});
