import type { Locale } from '../i18n/locale.ts';
import { type Chosen, type Look, lookNames, parseChosen, pick, unchosen } from './chosen.ts';
import { resolve, type Ways } from './resolve.ts';

/** Where the preferences of who is here are kept. */
export interface PreferencesSource {
	readonly chosen: Chosen;
	/** Whether all that the person ever chose is here, so that a gap is one. */
	readonly whole: boolean;
	/** Whether there is an account behind it, whose other devices and services want to know language and time zone. */
	readonly travels: boolean;
	subscribe(listener: () => void): () => void;
	choose(change: Partial<Chosen>): void;
	/** Writes what nobody chose just now: it is no step to take back. */
	fill(gaps: Partial<Chosen>): void;
}

/** What is chosen, as it was last known: for the first paint. */
const chosenKey = 'mana.preferences';
/** What was chosen here by who has come in by no door yet. */
const doorKey = 'mana.preferences.door';
/** The look of this device, where it has one of its own. */
const hereKey = 'mana.preferences.here';
/** What the page shows before any of our code runs (`app.html`). */
const lookKey = 'mana.look';

/**
 * How the person in front of the screen wants Mana to be, as runes: the one place that everything reads language, dates, time zone and
 * look from. What is chosen is kept in the person's own space and travels; the look may be this device's own.
 */
class Preferences {
	#chosen = $state.raw<Chosen>({
		...unchosen,
		...parseChosen(localStorage.getItem(chosenKey)),
		...parseChosen(localStorage.getItem(doorKey)),
	});
	#here = $state.raw<Partial<Look> | null>(keptLook());
	#suggested = $state('');
	#deviceZone = $state(deviceZone());
	#source = $state.raw<PreferencesSource | null>(null);
	#stop: () => void = () => undefined;
	readonly #wantsMore = matchMedia('(prefers-contrast: more)');
	#more = $state(this.#wantsMore.matches);

	/** What holds now, with everything that nobody chose filled in. */
	readonly #ways: Ways = $derived(
		resolve(this.#chosen, { languages: navigator.languages, timeZone: this.#deviceZone, suggested: this.#suggested }),
	);

	constructor() {
		this.#wantsMore.addEventListener('change', ({ matches }) => (this.#more = matches));
		document.addEventListener('visibilitychange', () => (this.#deviceZone = deviceZone()));
		$effect.root(() => {
			$effect(() => this.#show());
			$effect(() => {
				if (this.#source) localStorage.setItem(chosenKey, JSON.stringify(this.#chosen));
			});
		});
	}

	/** What the person chose, with the look of this device. */
	get chosen(): Chosen {
		return { ...this.#chosen, ...this.#here };
	}

	get locale(): Locale {
		return this.#ways.locale;
	}

	/** BCP 47 tag for dates, times and numbers. */
	get tag(): string {
		return this.#ways.tag;
	}

	/** IANA name of the zone that the person's days are counted in. */
	get timeZone(): string {
		return this.#ways.timeZone;
	}

	/** Zone that the clock of this device shows. */
	get deviceZone(): string {
		return this.#deviceZone;
	}

	/** 0 Monday … 6 Sunday. */
	get weekStart(): number {
		return this.#ways.weekStart;
	}

	get units(): 'metric' | 'imperial' {
		return this.#ways.units;
	}

	/** Whether this device looks other than the person's others. */
	get ownLook(): boolean {
		return this.#here !== null;
	}

	set ownLook(own: boolean) {
		this.#here = own ? pick(this.#chosen, lookNames) : null;
		this.#keepHere();
	}

	/** Applies at once, and travels unless it is the look of a device with its own. */
	choose(change: Partial<Chosen>): void {
		const looks = Object.keys(change).every((name) => (lookNames as readonly string[]).includes(name));
		if (this.#here && looks) {
			this.#here = { ...this.#here, ...change };
			this.#keepHere();
			return;
		}
		this.#chosen = { ...this.#chosen, ...change };
		if (this.#source) this.#source.choose(change);
		else localStorage.setItem(doorKey, JSON.stringify({ ...parseChosen(localStorage.getItem(doorKey)), ...change }));
	}

	/** The language that mana-auth has of a person, for who chose none. */
	suggest(language: string): void {
		this.#suggested = language;
	}

	/** Somebody is here whose preferences are kept there. */
	follow(source: PreferencesSource): void {
		this.#stop();
		this.#source = source;
		const heed = () => {
			this.#chosen = source.chosen;
			if (source.whole) this.#fillGaps(source);
		};
		this.#stop = source.subscribe(heed);
		heed();
	}

	/** The store closes: what was chosen stays in sight. */
	pause(): void {
		this.#stop();
		this.#stop = () => undefined;
		this.#source = null;
	}

	/** Nobody is here any more. The door goes on in the same language and look; the rest was the person's. */
	leave(): void {
		this.pause();
		this.#suggested = '';
		this.#chosen = { ...unchosen, ...pick(this.#chosen, ['language', ...lookNames]) };
		localStorage.setItem(chosenKey, JSON.stringify(this.#chosen));
	}

	/** What was chosen at the door comes along where nothing else was; and an account learns what services must know of its person. */
	#fillGaps(source: PreferencesSource): void {
		const wanted: Partial<Chosen> = {
			...parseChosen(localStorage.getItem(doorKey)),
			...(source.travels && { language: this.locale, timeZone: this.#deviceZone }),
		};
		const gaps = Object.entries(wanted).filter(([name, value]) => {
			const key = name as keyof Chosen;
			return source.chosen[key] === unchosen[key] && value !== unchosen[key];
		});
		localStorage.removeItem(doorKey);
		if (gaps.length > 0) source.fill(Object.fromEntries(gaps));
	}

	#keepHere(): void {
		if (this.#here) localStorage.setItem(hereKey, JSON.stringify(this.#here));
		else localStorage.removeItem(hereKey);
	}

	#show(): void {
		const { theme, contrast, motion, textSize, underlinedLinks } = this.chosen;
		const look = {
			theme,
			contrast: contrast === 'more' || (contrast === 'system' && this.#more) ? 'more' : 'normal',
			motion,
			text: textSize,
			links: underlinedLinks ? 'underlined' : 'plain',
		};
		Object.assign(document.documentElement.dataset, look);
		localStorage.setItem(lookKey, JSON.stringify(look));
	}
}

function keptLook(): Partial<Look> | null {
	const kept = localStorage.getItem(hereKey);
	return kept === null ? null : pick({ ...unchosen, ...parseChosen(kept) }, lookNames);
}

function deviceZone(): string {
	return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export const preferences = new Preferences();
