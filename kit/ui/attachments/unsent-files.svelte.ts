import type { Mana } from '@mana/sync/client/api';

/** The files of a space that this device has and the server has not, as a rune. Make it while a component is made. */
export class UnsentFiles {
	#now = $state.raw({ count: 0, bytes: 0 });

	constructor(mana: Mana) {
		$effect(() => {
			let stop = (): void => undefined;
			let gone = false;
			mana.files().then(
				(files) => {
					if (gone) return;
					const look = () => {
						this.#now = files.unsent;
					};
					stop = files.subscribe(look);
					look();
				},
				(error: unknown) => console.warn('Files cannot be opened:', error),
			);
			return () => {
				gone = true;
				stop();
			};
		});
	}

	get count(): number {
		return this.#now.count;
	}

	get bytes(): number {
		return this.#now.bytes;
	}
}
