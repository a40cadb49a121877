import { afterEach, expect, test } from 'bun:test';
import { whenLaunched } from './launched.ts';

type Launch = { readonly files: readonly { getFile(): Promise<File> }[] };

/** A system that opens files with the page. */
function system(): (launch: Launch) => void {
	let open: (launch: Launch) => void = () => undefined;
	Reflect.set(globalThis, 'launchQueue', { setConsumer: (take: typeof open) => (open = take) });
	return (launch) => open(launch);
}

afterEach(() => void Reflect.deleteProperty(globalThis, 'launchQueue'));

/** What the page is told, the next time it is. */
function heard(): Promise<File | Error> {
	return new Promise((resolve) => whenLaunched(resolve, (error) => resolve(error as Error)));
}

test('the first file that the system opens comes in', async () => {
	const open = system();
	const told = heard();
	const [first, second] = [new File(['x'], 'first.ics'), new File(['x'], 'second.ics')];
	open({ files: [first, second].map((file) => ({ getFile: async () => file })) });
	expect(await told).toBe(first);
});

test('why a file cannot be read is told, and not swallowed', async () => {
	const open = system();
	const told = heard();
	open({ files: [{ getFile: () => Promise.reject(new DOMException('It was moved.', 'NotFoundError')) }] });
	expect(await told).toMatchObject({ name: 'NotFoundError', message: 'It was moved.' });
});

test('an app that is opened without a file, or by a browser that hands none over, hears nothing', () => {
	const open = system();
	let times = 0;
	whenLaunched(() => times++, () => times++); // prettier-ignore
	open({ files: [] });
	Reflect.deleteProperty(globalThis, 'launchQueue');
	whenLaunched(() => times++, () => times++); // prettier-ignore
	expect(times).toBe(0);
});
