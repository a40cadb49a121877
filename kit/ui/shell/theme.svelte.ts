export const themeNames = ['system', 'light', 'dark'] as const;
export type ThemeName = (typeof themeNames)[number];
export const contrastNames = ['system', 'normal', 'more'] as const;
export type ContrastName = (typeof contrastNames)[number];

/** Light or dark, and how much contrast: a setting of this device. `system` follows what the device is set to. */
class Theme {
	readonly #more = matchMedia('(prefers-contrast: more)');
	#theme = $state<ThemeName>(kept('mana.theme', themeNames));
	#contrast = $state<ContrastName>(kept('mana.contrast', contrastNames));

	constructor() {
		this.#more.addEventListener('change', () => this.#show());
		this.#show();
	}

	get theme(): ThemeName {
		return this.#theme;
	}

	set theme(name: ThemeName) {
		this.#theme = name;
		localStorage.setItem('mana.theme', name);
		this.#show();
	}

	get contrast(): ContrastName {
		return this.#contrast;
	}

	set contrast(name: ContrastName) {
		this.#contrast = name;
		localStorage.setItem('mana.contrast', name);
		this.#show();
	}

	#show(): void {
		const { dataset } = document.documentElement;
		dataset['theme'] = this.#theme;
		const more = this.#contrast === 'more' || (this.#contrast === 'system' && this.#more.matches);
		dataset['contrast'] = more ? 'more' : 'normal';
	}
}

function kept<Name extends string>(key: string, names: readonly Name[]): Name {
	const name = localStorage.getItem(key);
	return names.find((one) => one === name) ?? (names[0] as Name);
}

export const theme = new Theme();
