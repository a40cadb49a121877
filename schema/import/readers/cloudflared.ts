import { addressesIn, isPublicName } from '../addresses.ts';
import { routed } from '../routed.ts';
import type { Reader, Statement } from '../statement.ts';
import { itemsIn, readYaml, textIn, under } from '../yaml-lines.ts';

export const cloudflared: Reader = {
	name: 'cloudflared',
	reads: 'ingress rules of a cloudflared tunnel',
	fits: ({ path, text }) => /\.ya?ml$/.test(path) && /^ingress:/m.test(text),
	read: ({ path: file, text }) =>
		readYaml(text).flatMap((root) =>
			itemsIn(under(root, 'ingress')).flatMap((rule): Statement[] => {
				const host = textIn(under(rule, 'hostname'));
				const target = under(rule, 'service');
				if (host === undefined || target?.kind !== 'text') return [];
				const place = { file, line: target.line };
				const [address] = addressesIn(target.text);
				const path = textIn(under(rule, 'path')) ?? '';
				return [
					...(isPublicName(host) ? [{ ...place, kind: 'leads' as const, host, by: host + path }] : []),
					...(address ? routed(host, address, place, path) : []),
				];
			}),
		),
};
