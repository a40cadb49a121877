import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { forwardedAddress, networkOf } from './network.ts';

test('callers are counted by their line of IPv4, or their /64 of IPv6, however it is written', () => {
	const networks: Readonly<Record<string, string>> = {
		'192.0.2.7': '192.0.2.7',
		'::ffff:192.0.2.7': '192.0.2.7',
		'::FFFF:c000:207': '192.0.2.7',
		'0:0:0:0:0:ffff:192.0.2.7': '192.0.2.7',
		'2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
		'2001:0DB8:0001:0002::1': '2001:db8:1:2::/64',
		'2001:db8::1': '2001:db8:0:0::/64',
		'fe80::1%eth0': 'fe80:0:0:0::/64',
		'::1': '0:0:0:0::/64',
		'::': '0:0:0:0::/64',
		terminal: 'terminal',
		'': '',
	};
	for (const [address, network] of Object.entries(networks)) expect([address, networkOf(address)]).toEqual([address, network]);
});

test('nobody is somebody else by another host in their /64, and nobody else is in it', () => {
	const half = fc.array(fc.nat(0xffff), { minLength: 4, maxLength: 4 });
	const write = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(':');
	fc.assert(
		fc.property(half, half, half, half, (net, other, one, two) => {
			fc.pre(net.some((group) => group !== 0) && other.some((group) => group !== 0) && write(net) !== write(other));
			expect(networkOf(write([...net, ...one]))).toBe(networkOf(write([...net, ...two])));
			expect(networkOf(write([...net, ...one]))).not.toBe(networkOf(write([...other, ...one])));
		}),
	);
});

test('of what a proxy says, the address counts and not the port', () => {
	const entries: Readonly<Record<string, string | null>> = {
		' 192.0.2.7 ': '192.0.2.7',
		'192.0.2.7:50123': '192.0.2.7',
		'[2001:db8::1]': '2001:db8::1',
		'[2001:db8::1]:443': '2001:db8::1',
		'2001:db8::1': '2001:db8::1',
		'': null,
		unknown: null,
		_hidden: null,
		'192.0.2': null,
		'192.0.2.7.': null,
		'example.org': null,
	};
	for (const [entry, address] of Object.entries(entries)) expect([entry, forwardedAddress(entry)]).toEqual([entry, address]);
});
