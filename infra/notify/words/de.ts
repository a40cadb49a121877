import type { FrameWords, Words } from './content.ts';
import { calendarPart, eventLines, lines } from './event-lines.ts';

const notYou = 'Wenn du das nicht warst, musst du nichts tun.';

const answerWords: Readonly<Record<string, string>> = { accepted: 'Zugesagt', tentative: 'Vielleicht', declined: 'Abgesagt' };
const answerSentences: Readonly<Record<string, string>> = {
	accepted: 'kommt',
	tentative: 'kommt vielleicht',
	declined: 'kommt nicht',
};

/** What days of people are called. */
const days: Readonly<Record<string, string>> = {
	birthday: 'Geburtstag',
	anniversary: 'Jahrestag',
	'name-day': 'Namenstag',
	met: 'Tag des Kennenlernens',
	death: 'Todestag',
	other: 'ein Tag zum Merken',
	'': 'ein Tag zum Merken',
};

/** Warum eine Mail nicht übernommen wurde, nach dem Code des Grundes. */
const refusals: Readonly<Record<string, string>> = {
	'mail-too-large': 'Sie ist größer als 25 MB.',
	'mail-empty': 'Sie hat weder Betreff noch Text.',
	'mail-given-up': 'Zwei Wochen lang war niemand da, der sie übernimmt.',
	'message-unreadable': 'Es steckt keine Einladung darin.',
	'message-unknown': 'Worum es darin geht, ist hier nicht bekannt.',
};

export const de: Words = {
	'verify-address': ({ link, until }, { host, when }) => ({
		subject: 'Bestätige deine E-Mail-Adresse',
		paragraphs: ['Hallo,', `bitte bestätige, dass diese Adresse dir gehört, damit ${host} dich hier erreicht.`],
		action: { label: 'Adresse bestätigen', link },
		note: `Der Link gilt einmal, bis ${when(until)}. ${notYou}`,
	}),
	'reset-password': ({ link, until }, { host, when }) => ({
		subject: 'Leg ein neues Passwort fest',
		paragraphs: ['Hallo,', `jemand hat für dein Konto auf ${host} ein neues Passwort angefordert.`],
		action: { label: 'Neues Passwort festlegen', link },
		note: `Der Link gilt einmal, bis ${when(until)}. ${notYou} Dein Passwort bleibt, wie es ist.`,
	}),
	'address-changed': ({ name, address, link, until }, { host, when }) => ({
		subject: 'Deine E-Mail-Adresse wurde geändert',
		paragraphs: [
			`Hallo ${name},`,
			`dein Konto auf ${host} gehört jetzt zur Adresse ${address}.`,
			'Wenn du das nicht warst, nimm es zurück: Dann gilt wieder die alte Adresse, und alle Geräte werden abgemeldet.',
		],
		action: { label: 'Zurücknehmen', link },
		note: `Der Link gilt bis ${when(until)}.`,
	}),
	'account-invitation': ({ inviter, link, until }, { host, when }) => ({
		subject: `${inviter} lädt dich ein: ${host}`,
		paragraphs: [
			`${inviter} lädt dich ein, auf ${host} ein Konto anzulegen: ein Zuhause für Kalender, Aufgaben, Kontakte und mehr, das denen gehört, die es nutzen.`,
		],
		action: { label: 'Mein Konto anlegen', link },
		note: `Der Link gilt einmal, bis ${when(until)}, und nur für dich. Wenn du ${inviter} nicht kennst, lass ihn einfach liegen.`,
	}),
	invitation: ({ inviter, place, link, until }, { host, when }) => ({
		subject: `${inviter} lädt dich ein: ${place}`,
		paragraphs: [`${inviter} möchte auf ${host} „${place}“ mit dir teilen.`],
		action: { label: 'Einladung annehmen', link },
		note: `Die Einladung gilt bis ${when(until)}. Wenn du ${inviter} nicht kennst, lass sie einfach liegen.`,
	}),
	'new-device': ({ name, device, place, at, link }, { host, when }) => ({
		subject: `Neue Anmeldung: ${device}`,
		paragraphs: [
			`Hallo ${name},`,
			`in deinem Konto auf ${host} hat sich ein neues Gerät angemeldet: ${device}, von ${place}, ${when(at)}.`,
			'Wenn du das nicht warst, melde das Gerät ab und leg ein neues Passwort fest.',
		],
		action: { label: 'Meine Geräte ansehen', link },
	}),
	'export-ready': ({ name, link, until }, { host, when }) => ({
		subject: 'Deine Daten liegen bereit',
		paragraphs: [`Hallo ${name},`, `alles, was ${host} über dich aufbewahrt, ist gepackt und kann abgeholt werden.`],
		action: { label: 'Meine Daten abholen', link },
		note: `Sie liegen bis ${when(until)} bereit.`,
	}),
	'erasure-planned': ({ name, at, link }, { host, when }) => ({
		subject: 'Dein Konto wird gelöscht',
		paragraphs: [
			`Hallo ${name},`,
			`dein Konto auf ${host} und alles darin wird gelöscht: ${when(at)}.`,
			'Bis dahin kannst du es dir anders überlegen.',
		],
		action: { label: 'Mein Konto behalten', link },
	}),
	'second-step-removal': ({ name, at, link }, { host, when }) => ({
		subject: 'Deine Anmeldung fragt bald nach keinem Code mehr',
		paragraphs: [
			`Hallo ${name},`,
			`wer sich um ${host} kümmert, wurde gebeten, dich ohne den Code deiner App hineinzulassen, weil sie dir fehlt: ${when(at)}.`,
			'Wenn du nicht darum gebeten hast, halt es auf: Dann bleibt alles, wie es ist, und du legst besser ein neues Passwort fest.',
		],
		action: { label: 'Aufhalten', link },
		note: 'Wenn du dich mit einem Code oder einem Wiederherstellungscode anmeldest, hält das es auch auf.',
	}),
	'second-step-notice': ({ at, link }, { when }) => ({
		subject: 'Deine Anmeldung fragt bald nach keinem Code mehr',
		paragraphs: [`Ab ${when(at)}. Wenn du nicht darum gebeten hast, halt es auf.`],
		action: { label: 'Ansehen und aufhalten', link },
	}),
	'task-due': ({ title, at, link }, { when }) => ({
		subject: title,
		paragraphs: [`Fällig: ${when(at)}.`],
		action: { label: 'Aufgabe öffnen', link },
	}),
	mentioned: ({ name, title, said, link }) => ({
		subject: `${name || 'Jemand'} hat dich erwähnt: ${title}`,
		paragraphs: lines(said),
		action: { label: 'Aufgabe öffnen', link },
	}),
	'event-soon': ({ title, at, link }, { when }) => ({
		subject: title,
		paragraphs: [`Beginn: ${when(at)}.`],
		action: { label: 'Termin öffnen', link },
	}),
	'event-invited': (event, { host }) => ({
		subject: `Einladung: ${event.title}`,
		paragraphs: [`${event.inviter} lädt dich ein.`, ...eventLines(event)],
		action: { label: 'Antworten', link: event.link },
		note: `Von ${host} geschickt, weil ${event.inviter} deine Adresse eingetragen hat. Antworten kannst du ohne Konto, auch in deinem Kalenderprogramm.`,
		calendar: calendarPart(event),
	}),
	'event-changed': (event, { host }) => ({
		subject: `Geändert: ${event.title}`,
		paragraphs: [`${event.inviter} hat geändert, wozu du eingeladen bist.`, ...eventLines(event)],
		action: { label: 'Antworten', link: event.link },
		note: `Von ${host} geschickt, weil ${event.inviter} deine Adresse eingetragen hat. Antworten kannst du ohne Konto, auch in deinem Kalenderprogramm.`,
		calendar: calendarPart(event),
	}),
	'event-cancelled': (event) => ({
		subject: `Abgesagt: ${event.title}`,
		paragraphs: [
			`${event.inviter} hat abgesagt oder dich von der Gästeliste genommen. Du musst nichts tun.`,
			event.title,
			event.when,
		],
		calendar: calendarPart(event),
	}),
	'proposal-declined': (event) => ({
		subject: `Bleibt dabei: ${event.title}`,
		paragraphs: [`Für ${event.inviter} passt die vorgeschlagene Zeit nicht. Es bleibt, wie es war.`, event.title, event.when],
		calendar: calendarPart(event),
	}),
	'time-proposed': ({ name, title, when, said, link }) => ({
		subject: `${name} schlägt eine andere Zeit vor: ${title}`,
		paragraphs: [when, ...lines(said)],
		action: { label: 'Termin öffnen', link },
	}),
	'guest-wrote': ({ name, invited, title, said, link }) => ({
		subject: `${name} schreibt zu „${title}“`,
		paragraphs: [
			...lines(said),
			`Das kam als Antwort auf die Einladung von ${invited} und hat am Termin nichts geändert. Wer von einer anderen Adresse aus antwortet als der eingeladenen, nimmt dafür den Link in der Mail.`,
		],
		action: { label: 'Termin öffnen', link },
	}),
	'event-countered': ({ name, replyTo, title, when, notes, calendar }) => ({
		subject: `Andere Zeit: ${title}`,
		paragraphs: [`${name} schlägt eine andere Zeit vor.`, title, when, ...lines(notes)],
		calendar: calendarPart({ inviter: name, replyTo, calendar }),
	}),
	'event-answered': ({ name, replyTo, title, when, answer, notes, calendar }) => ({
		subject: `${answerWords[answer] ?? 'Antwort'}: ${title}`,
		paragraphs: [`${name} ${answerSentences[answer] ?? 'hat geantwortet'}.`, title, when, ...lines(notes)],
		calendar: calendarPart({ inviter: name, replyTo, calendar }),
	}),
	'booking-made': (event, { host }) => ({
		subject: `Gebucht: ${event.title}`,
		paragraphs: [`Dein Termin mit ${event.inviter} steht.`, ...eventLines(event)],
		action: { label: 'Verschieben oder absagen', link: event.link },
		note: `Von ${host} geschickt. Wenn du nichts gebucht hast, sag über den Link oben ab.`,
		calendar: calendarPart(event),
	}),
	'booking-changed': (event) => ({
		subject: `Geändert: ${event.title}`,
		paragraphs: [`Dein Termin mit ${event.inviter} ist jetzt ein anderer.`, ...eventLines(event)],
		action: { label: 'Verschieben oder absagen', link: event.link },
		calendar: calendarPart(event),
	}),
	booked: ({ what, name, title, at, link }, { when }) => ({
		subject: `${{ moved: 'Verschoben', cancelled: 'Abgesagt' }[what] ?? 'Gebucht'}: ${title}`,
		paragraphs: [`${name}: ${when(at)}.`],
		action: { label: 'Kalender öffnen', link },
	}),
	'day-coming': ({ name, what, years, at, link }, { day }) => ({
		subject: `${name}: ${days[what] ?? what}`,
		paragraphs: [years === '' ? `${day(at)}.` : `${day(at)}: ${years} ${years === '1' ? 'Jahr' : 'Jahre'}.`],
		action: { label: 'Kontakt öffnen', link },
	}),
	alarm: ({ label, at, link }, { when }) => ({
		subject: label,
		paragraphs: [`Wecker: ${when(at)}.`],
		action: { label: 'Ausschalten oder schlummern', link },
	}),
	timer: ({ label, at, link }, { when }) => ({
		subject: label,
		paragraphs: [`Die Zeit ist um: ${when(at)}.`],
		action: { label: 'Ausschalten', link },
	}),
	'mail-refused': ({ what, why, link }) => ({
		subject: what === 'task' ? 'Aus einer Mail wurde keine Aufgabe' : 'Eine Einladung per Mail wurde nicht übernommen',
		paragraphs: [
			`Eine Mail, die du an deine eigene Adresse geschickt hast, wurde nicht übernommen: ${refusals[why] ?? 'Sie war nicht zu lesen.'}`,
		],
		action: { label: 'Deine Adressen', link },
		note: 'Davon hörst du höchstens einmal am Tag, auch wenn es mehrere Mails sind.',
	}),
	'channel-test': ({ label, link }, { host }) => ({
		subject: `${host} erreicht dich hier`,
		paragraphs: [`Das ist der Test, um den du gebeten hast. Was ${host} zu sagen hat, kommt jetzt auch bei „${label}“ an.`],
		action: { label: 'Einstellungen der Benachrichtigungen', link },
	}),
};

export const deFrame: FrameWords = {
	acts: { done: 'Erledigt', later: 'In einer Stunde' },
	subject: (count, host) => `${count} Nachrichten von ${host}`,
	open: 'Posteingang öffnen',
	stop: 'Keine Mails dieser Art mehr',
};
