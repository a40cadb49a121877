import type { FrameWords, Words } from './content.ts';
import { calendarPart, eventLines, lines } from './event-lines.ts';

const notYou = 'If this was not you, you need not do anything.';

const answerWords: Readonly<Record<string, string>> = { accepted: 'Yes', tentative: 'Maybe', declined: 'No' };
const answerSentences: Readonly<Record<string, string>> = {
	accepted: 'is coming',
	tentative: 'may come',
	declined: 'is not coming',
};

/** What days of people are called. */
const days: Readonly<Record<string, string>> = {
	birthday: 'birthday',
	anniversary: 'anniversary',
	'name-day': 'name day',
	met: 'day you met',
	death: 'day of death',
	other: 'a day to remember',
	'': 'a day to remember',
};

/** Why a mail was not taken, by the code of the reason. */
const refusals: Readonly<Record<string, string>> = {
	'mail-too-large': 'it is larger than 25 MB.',
	'mail-empty': 'it has neither a subject nor a text.',
	'mail-given-up': 'for two weeks nobody was there to take it.',
	'message-unreadable': 'there is no invitation in it.',
	'message-unknown': 'what it is about is not known here.',
};

export const en: Words = {
	'verify-address': ({ link, until }, { host, when }) => ({
		subject: 'Confirm your e-mail address',
		paragraphs: ['Hello,', `please confirm that this address is yours, so that ${host} can reach you here.`],
		action: { label: 'Confirm address', link },
		note: `The link works once, until ${when(until)}. ${notYou}`,
	}),
	'reset-password': ({ link, until }, { host, when }) => ({
		subject: 'Set a new password',
		paragraphs: ['Hello,', `somebody asked for a new password for your account on ${host}.`],
		action: { label: 'Set a new password', link },
		note: `The link works once, until ${when(until)}. ${notYou} Your password stays as it is.`,
	}),
	'address-changed': ({ name, address, link, until }, { host, when }) => ({
		subject: 'Your e-mail address was changed',
		paragraphs: [
			`Hello ${name},`,
			`your account on ${host} now belongs to the address ${address}.`,
			'If this was not you, take it back: the old address counts again, and everybody is signed out.',
		],
		action: { label: 'Take it back', link },
		note: `The link works until ${when(until)}.`,
	}),
	'account-invitation': ({ inviter, link, until }, { host, when }) => ({
		subject: `${inviter} invites you to ${host}`,
		paragraphs: [
			`${inviter} invites you to make an account on ${host}: a home for calendars, tasks, contacts and more that belongs to those who use it.`,
		],
		action: { label: 'Make my account', link },
		note: `The link works once, until ${when(until)}, and is for you alone. If you do not know ${inviter}, leave it be.`,
	}),
	invitation: ({ inviter, place, link, until }, { host, when }) => ({
		subject: `${inviter} invites you to ${place}`,
		paragraphs: [`${inviter} would like to share ${place} with you on ${host}.`],
		action: { label: 'Accept the invitation', link },
		note: `The invitation is good until ${when(until)}. If you do not know ${inviter}, leave it be.`,
	}),
	'new-device': ({ name, device, place, at, link }, { host, when }) => ({
		subject: `New sign-in: ${device}`,
		paragraphs: [
			`Hello ${name},`,
			`your account on ${host} was signed in to on a new device: ${device}, from ${place}, ${when(at)}.`,
			'If this was not you, sign that device out and set a new password.',
		],
		action: { label: 'See my devices', link },
	}),
	'export-ready': ({ name, link, until }, { host, when }) => ({
		subject: 'Your data is ready',
		paragraphs: [`Hello ${name},`, `everything that ${host} keeps about you is packed and can be fetched.`],
		action: { label: 'Fetch my data', link },
		note: `It is kept until ${when(until)}.`,
	}),
	'erasure-planned': ({ name, at, link }, { host, when }) => ({
		subject: 'Your account will be deleted',
		paragraphs: [
			`Hello ${name},`,
			`your account on ${host} and everything in it will be deleted: ${when(at)}.`,
			'Until then you can change your mind.',
		],
		action: { label: 'Keep my account', link },
	}),
	'second-step-removal': ({ name, at, link }, { host, when }) => ({
		subject: 'Your sign-in will ask for no code any more',
		paragraphs: [
			`Hello ${name},`,
			`whoever looks after ${host} was asked to let you in without the code of your app, as you have lost it: ${when(at)}.`,
			'If you did not ask for that, stop it: then everything stays as it is, and you had better set a new password.',
		],
		action: { label: 'Stop it', link },
		note: 'Signing in with a code or a recovery code stops it, too.',
	}),
	'second-step-notice': ({ at, link }, { when }) => ({
		subject: 'Your sign-in will ask for no code any more',
		paragraphs: [`From ${when(at)} on. If you did not ask for that, stop it.`],
		action: { label: 'Look and stop it', link },
	}),
	'task-due': ({ title, at, link }, { when }) => ({
		subject: title,
		paragraphs: [`Due ${when(at)}.`],
		action: { label: 'Open the task', link },
	}),
	mentioned: ({ name, title, said, link }) => ({
		subject: `${name || 'Somebody'} mentioned you: ${title}`,
		paragraphs: lines(said),
		action: { label: 'Open the task', link },
	}),
	'event-soon': ({ title, at, link }, { when }) => ({
		subject: title,
		paragraphs: [`Begins ${when(at)}.`],
		action: { label: 'Open the event', link },
	}),
	'event-invited': (event, { host }) => ({
		subject: `Invitation: ${event.title}`,
		paragraphs: [`${event.inviter} invites you.`, ...eventLines(event)],
		action: { label: 'Answer', link: event.link },
		note: `Sent by ${host} because ${event.inviter} entered your address. You can answer without an account, also in your calendar program.`,
		calendar: calendarPart(event),
	}),
	'event-changed': (event, { host }) => ({
		subject: `Changed: ${event.title}`,
		paragraphs: [`${event.inviter} changed what you are invited to.`, ...eventLines(event)],
		action: { label: 'Answer', link: event.link },
		note: `Sent by ${host} because ${event.inviter} entered your address. You can answer without an account, also in your calendar program.`,
		calendar: calendarPart(event),
	}),
	'event-cancelled': (event) => ({
		subject: `Called off: ${event.title}`,
		paragraphs: [`${event.inviter} called this off, or takes you out of it. You need not do anything.`, event.title, event.when],
		calendar: calendarPart(event),
	}),
	'proposal-declined': (event) => ({
		subject: `As planned: ${event.title}`,
		paragraphs: [`${event.inviter} cannot make it at the time you proposed. It stays as it was.`, event.title, event.when],
		calendar: calendarPart(event),
	}),
	'time-proposed': ({ name, title, when, said, link }) => ({
		subject: `${name} proposes another time: ${title}`,
		paragraphs: [when, ...lines(said)],
		action: { label: 'Open the event', link },
	}),
	'guest-wrote': ({ name, invited, title, said, link }) => ({
		subject: `${name} wrote about “${title}”`,
		paragraphs: [
			...lines(said),
			`This came as an answer to the invitation of ${invited}, and changed nothing of the event. Whoever answers from another address than the one that is invited does it by the link in the mail.`,
		],
		action: { label: 'Open the event', link },
	}),
	'event-countered': ({ name, replyTo, title, when, notes, calendar }) => ({
		subject: `Another time: ${title}`,
		paragraphs: [`${name} proposes another time.`, title, when, ...lines(notes)],
		calendar: calendarPart({ inviter: name, replyTo, calendar }),
	}),
	'event-answered': ({ name, replyTo, title, when, answer, notes, calendar }) => ({
		subject: `${answerWords[answer] ?? 'Answer'}: ${title}`,
		paragraphs: [`${name} ${answerSentences[answer] ?? 'answered'}.`, title, when, ...lines(notes)],
		calendar: calendarPart({ inviter: name, replyTo, calendar }),
	}),
	'booking-made': (event, { host }) => ({
		subject: `Booked: ${event.title}`,
		paragraphs: [`Your time with ${event.inviter} is booked.`, ...eventLines(event)],
		action: { label: 'Move it or call it off', link: event.link },
		note: `Sent by ${host}. If you booked nothing, call it off by the link above.`,
		calendar: calendarPart(event),
	}),
	'booking-changed': (event) => ({
		subject: `Changed: ${event.title}`,
		paragraphs: [`Your time with ${event.inviter} is another one now.`, ...eventLines(event)],
		action: { label: 'Move it or call it off', link: event.link },
		calendar: calendarPart(event),
	}),
	booked: ({ what, name, title, at, link }, { when }) => ({
		subject: `${{ moved: 'Moved', cancelled: 'Called off' }[what] ?? 'Booked'}: ${title}`,
		paragraphs: [`${name}: ${when(at)}.`],
		action: { label: 'Open the calendar', link },
	}),
	'day-coming': ({ name, what, years, at, link }, { day }) => ({
		subject: `${name}: ${days[what] ?? what}`,
		paragraphs: [years === '' ? `${day(at)}.` : `${day(at)}: ${years} ${years === '1' ? 'year' : 'years'}.`],
		action: { label: 'Open the contact', link },
	}),
	alarm: ({ label, at, link }, { when }) => ({
		subject: label,
		paragraphs: [`Alarm: ${when(at)}.`],
		action: { label: 'Stop or snooze', link },
	}),
	timer: ({ label, at, link }, { when }) => ({
		subject: label,
		paragraphs: [`Time is up: ${when(at)}.`],
		action: { label: 'Stop', link },
	}),
	'mail-refused': ({ what, why, link }) => ({
		subject: what === 'task' ? 'No task was made of a mail' : 'An invitation by mail was not taken',
		paragraphs: [`A mail that you sent to your own address was not taken: ${refusals[why] ?? 'it could not be read.'}`],
		action: { label: 'Your addresses', link },
		note: 'You hear of this once a day at most, however many mails it is.',
	}),
	'channel-test': ({ label, link }, { host }) => ({
		subject: `${host} reaches you here`,
		paragraphs: [`This is the test that you asked for. What ${host} has to say now comes to “${label}”, too.`],
		action: { label: 'Notification settings', link },
	}),
};

export const enFrame: FrameWords = {
	acts: { done: 'Done', later: 'In an hour' },
	subject: (count, host) => `${count} messages from ${host}`,
	open: 'Open the inbox',
	stop: 'No more mails of this kind',
};
