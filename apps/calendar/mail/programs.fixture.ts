/** What a guest's mail program is told of, and answers. */
export interface Said {
	/** The ORGANIZER of the invitation. */
	readonly to: string;
	/** Whose mailbox answers. */
	readonly from: string;
	/** The attendee that the message names. */
	readonly attendee: string;
	readonly uid: string;
	/** Written `20270601T100000`, on the clocks of Berlin. */
	readonly start: string;
	readonly end: string;
	readonly partstat: 'ACCEPTED' | 'TENTATIVE' | 'DECLINED';
	readonly sequence?: number;
	/** When it was answered: `20261127T090000Z`. */
	readonly stamp: string;
	readonly comment?: string;
	readonly method?: 'REPLY' | 'COUNTER' | 'REFRESH' | 'REQUEST' | 'CANCEL';
	/** Of one day of a series. */
	readonly day?: string;
	readonly summary?: string;
	readonly id?: string;
}

let sent = 0;
const crlf = (lines: readonly (string | false)[]) => `${lines.filter((one) => one !== false).join('\r\n')}\r\n`;
const base64 = (text: string) => Buffer.from(text).toString('base64').replaceAll(/.{76}/g, '$&\r\n');
const idOf = ({ id }: Said, host: string) => `<${id ?? `answer-${++sent}`}@${host}>`;

/** Google Calendar answers itself, as a program; the message is there as a part and, in base64, as a file. */
export function gmail(said: Said): string {
	const {
		to,
		from,
		attendee,
		uid,
		start,
		end,
		partstat,
		sequence = 0,
		stamp,
		comment,
		day,
		method = 'REPLY',
		summary = 'Tea',
	} = said;
	const utc = (at: string) => `${at}`;
	const ics = crlf([
		'BEGIN:VCALENDAR',
		'PRODID:-//Google Inc//Google Calendar 70.9054//EN',
		'VERSION:2.0',
		'CALSCALE:GREGORIAN',
		`METHOD:${method}`,
		'BEGIN:VEVENT',
		`DTSTART;TZID=Europe/Berlin:${utc(start)}`,
		`DTEND;TZID=Europe/Berlin:${utc(end)}`,
		`DTSTAMP:${stamp}`,
		`ORGANIZER;CN=Ada:mailto:${to}`,
		`UID:${uid}`,
		day !== undefined && `RECURRENCE-ID;TZID=Europe/Berlin:${day}`,
		`ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=${partstat};CN=Bob`,
		` ;X-NUM-GUESTS=0${comment === undefined ? '' : `;X-RESPONSE-COMMENT="${comment}"`}:mailto:${attendee}`,
		'CREATED:20261120T101010Z',
		...(comment === undefined ? [] : [`COMMENT:${comment}`]),
		`LAST-MODIFIED:${stamp}`,
		`SEQUENCE:${sequence}`,
		'STATUS:CONFIRMED',
		`SUMMARY:${summary}`,
		'TRANSP:OPAQUE',
		'END:VEVENT',
		'END:VCALENDAR',
	]);
	return crlf([
		'Delivered-To: all@post.example',
		'MIME-Version: 1.0',
		`Reply-To: Bob <${from}>`,
		'Sender: Google Calendar <calendar-notification@google.com>',
		'Auto-Submitted: auto-generated',
		`Message-ID: ${idOf(said, 'calendar-0a1b2c3d.google.com')}`,
		'Date: Fri, 27 Nov 2026 09:00:00 +0000',
		`Subject: =?UTF-8?Q?Accepted=3A_Tea_=40_Tue_1_Jun?=`,
		`From: Bob <${from}>`,
		`To: ${to}`,
		'Content-Type: multipart/mixed; boundary="000000000000c0ffee"',
		'',
		'--000000000000c0ffee',
		'Content-Type: multipart/alternative; boundary="000000000000decade"',
		'',
		'--000000000000decade',
		'Content-Type: text/plain; charset="UTF-8"; format=flowed; delsp=yes',
		'Content-Transfer-Encoding: base64',
		'',
		base64('Bob has accepted this invitation.\r\n'),
		'--000000000000decade',
		'Content-Type: text/html; charset="UTF-8"',
		'Content-Transfer-Encoding: quoted-printable',
		'',
		'<div>Bob has accepted this invitation.</div>',
		'--000000000000decade',
		`Content-Type: text/calendar; charset="UTF-8"; method=${method}`,
		'Content-Transfer-Encoding: 7bit',
		'',
		ics,
		'--000000000000decade--',
		'--000000000000c0ffee',
		'Content-Type: application/ics; name="invite.ics"',
		'Content-Disposition: attachment; filename="invite.ics"',
		'Content-Transfer-Encoding: base64',
		'',
		base64(ics),
		'--000000000000c0ffee--',
	]);
}

/** Outlook and Exchange: their own names of zones, X-MICROSOFT lines, the guest without a CN of use, and the message in base64. */
export function outlook(said: Said): string {
	const {
		to,
		from,
		attendee,
		uid,
		start,
		end,
		partstat,
		sequence = 0,
		stamp,
		comment,
		day,
		method = 'REPLY',
		summary = 'Tea',
	} = said;
	const ics = crlf([
		'BEGIN:VCALENDAR',
		`METHOD:${method}`,
		'PRODID:Microsoft Exchange Server 2010',
		'VERSION:2.0',
		'BEGIN:VTIMEZONE',
		'TZID:W. Europe Standard Time',
		'BEGIN:STANDARD',
		'DTSTART:16010101T030000',
		'TZOFFSETFROM:+0200',
		'TZOFFSETTO:+0100',
		'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
		'END:STANDARD',
		'BEGIN:DAYLIGHT',
		'DTSTART:16010101T020000',
		'TZOFFSETFROM:+0100',
		'TZOFFSETTO:+0200',
		'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
		'END:DAYLIGHT',
		'END:VTIMEZONE',
		'BEGIN:VEVENT',
		...(method === 'REQUEST' ? [`ORGANIZER;CN=Bob:mailto:${from}`] : [`ORGANIZER:MAILTO:${to}`]),
		`ATTENDEE;PARTSTAT=${partstat};CN=${attendee}:MAILTO:${attendee}`,
		`COMMENT;LANGUAGE=de-DE:${comment ?? '\\n'}`,
		`UID:${uid}`,
		day !== undefined && `RECURRENCE-ID;TZID=W. Europe Standard Time:${day}`,
		`SUMMARY;LANGUAGE=de-DE:${method === 'REQUEST' ? summary : `Zugesagt: ${summary}`}`,
		`DTSTART;TZID=W. Europe Standard Time:${start}`,
		`DTEND;TZID=W. Europe Standard Time:${end}`,
		'CLASS:PUBLIC',
		'PRIORITY:5',
		`DTSTAMP:${stamp}`,
		'TRANSP:OPAQUE',
		'STATUS:CONFIRMED',
		`SEQUENCE:${sequence}`,
		'LOCATION;LANGUAGE=de-DE:',
		`X-MICROSOFT-CDO-APPT-SEQUENCE:${sequence}`,
		'X-MICROSOFT-CDO-BUSYSTATUS:BUSY',
		'X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY',
		'X-MICROSOFT-DISALLOW-COUNTER:FALSE',
		...(method === 'REQUEST'
			? ['BEGIN:VALARM', 'DESCRIPTION:REMINDER', 'TRIGGER;RELATED=START:-PT15M', 'ACTION:DISPLAY', 'END:VALARM']
			: []),
		'END:VEVENT',
		'END:VCALENDAR',
	]);
	return crlf([
		'Received: from DU2PR04.eurprd04.prod.outlook.com by all.post.example; Fri, 27 Nov 2026 09:00:02 +0000',
		`From: Bob <${from}>`,
		`To: ${to}`,
		'Subject: =?iso-8859-1?Q?Zugesagt:_Tea_mit_J=FCrgen?=',
		'Thread-Topic: Tea',
		'Date: Fri, 27 Nov 2026 09:00:01 +0000',
		`Message-ID: ${idOf(said, 'DU2PR04MB1.eurprd04.prod.outlook.com')}`,
		'Accept-Language: de-DE, en-US',
		'Content-Language: de-DE',
		'X-MS-Has-Attach:',
		'Content-Type: multipart/alternative;',
		'\tboundary="_002_DU2PR04MB1_"',
		'MIME-Version: 1.0',
		'',
		'--_002_DU2PR04MB1_',
		'Content-Type: text/plain; charset="iso-8859-1"',
		'Content-Transfer-Encoding: quoted-printable',
		'',
		'',
		'--_002_DU2PR04MB1_',
		`Content-Type: text/calendar; charset="utf-8"; method=${method}`,
		'Content-Transfer-Encoding: base64',
		'',
		base64(ics),
		'--_002_DU2PR04MB1_--',
	]);
}

/** Apple's Mail and Calendar: a text, and the message as a named part in base64. */
export function apple(said: Said): string {
	const {
		to,
		from,
		attendee,
		uid,
		start,
		end,
		partstat,
		sequence = 0,
		stamp,
		comment,
		day,
		method = 'REPLY',
		summary = 'Tea',
	} = said;
	const ics = crlf([
		'BEGIN:VCALENDAR',
		'CALSCALE:GREGORIAN',
		`METHOD:${method}`,
		'PRODID:-//Apple Inc.//macOS 15.6//EN',
		'VERSION:2.0',
		'BEGIN:VEVENT',
		`ATTENDEE;CN="Bob";CUTYPE=INDIVIDUAL;EMAIL="${attendee}";PARTSTAT=${partstat}:mailto:${attendee}`,
		...(comment === undefined ? [] : [`COMMENT:${comment}`]),
		`DTEND;TZID=Europe/Berlin:${end}`,
		`DTSTAMP:${stamp}`,
		`DTSTART;TZID=Europe/Berlin:${start}`,
		`LAST-MODIFIED:${stamp}`,
		`ORGANIZER;CN="Ada";EMAIL="${to}":mailto:${to}`,
		day !== undefined && `RECURRENCE-ID;TZID=Europe/Berlin:${day}`,
		`SEQUENCE:${sequence}`,
		`SUMMARY:${summary}`,
		`UID:${uid}`,
		'END:VEVENT',
		'END:VCALENDAR',
	]);
	return crlf([
		`From: Bob <${from}>`,
		'Content-Type: multipart/alternative; boundary="Apple-Mail=_7F3A"',
		'Mime-Version: 1.0 (Mac OS X Mail 16.0)',
		'Subject: Bob hat die Einladung angenommen: Tea',
		`Message-Id: ${idOf(said, 'icloud.com')}`,
		'Date: Fri, 27 Nov 2026 10:00:00 +0100',
		`To: Ada <${to}>`,
		'X-Mailer: Apple Mail (2.3826)',
		'',
		'--Apple-Mail=_7F3A',
		'Content-Transfer-Encoding: 7bit',
		'Content-Type: text/plain; charset=us-ascii',
		'',
		'Bob hat angenommen.',
		'--Apple-Mail=_7F3A',
		'Content-Transfer-Encoding: base64',
		`Content-Type: text/calendar; charset=utf-8; method=${method}; name=iCal-20261127-100000.ics`,
		'Content-Disposition: attachment; filename=iCal-20261127-100000.ics',
		'',
		base64(ics),
		'--Apple-Mail=_7F3A--',
	]);
}

/** Thunderbird: the message alone beside a text, folded after 75 octets. */
export function thunderbird(said: Said): string {
	const {
		to,
		from,
		attendee,
		uid,
		start,
		end,
		partstat,
		sequence = 0,
		stamp,
		comment,
		day,
		method = 'REPLY',
		summary = 'Tea',
	} = said;
	const fold = (line: string) => line.replaceAll(/.{74}(?=.)/g, '$&\r\n ');
	const ics = crlf([
		'BEGIN:VCALENDAR',
		'PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN',
		'VERSION:2.0',
		`METHOD:${method}`,
		'BEGIN:VEVENT',
		'CREATED:20261120T101010Z',
		`LAST-MODIFIED:${stamp}`,
		`DTSTAMP:${stamp}`,
		`UID:${uid}`,
		`SUMMARY:${summary}`,
		day !== undefined && `RECURRENCE-ID;TZID=Europe/Berlin:${day}`,
		fold(`ORGANIZER;CN=Ada:mailto:${to}`),
		fold(`ATTENDEE;CN=Bob;PARTSTAT=${partstat};ROLE=REQ-PARTICIPANT:mailto:${attendee}`),
		...(comment === undefined ? [] : [`COMMENT:${comment}`]),
		`DTSTART;TZID=Europe/Berlin:${start}`,
		`DTEND;TZID=Europe/Berlin:${end}`,
		`SEQUENCE:${sequence}`,
		'END:VEVENT',
		'END:VCALENDAR',
	]);
	return crlf([
		`Message-ID: ${idOf(said, 'elsewhere.example')}`,
		'Date: Fri, 27 Nov 2026 10:00:00 +0100',
		'MIME-Version: 1.0',
		'User-Agent: Mozilla Thunderbird',
		`From: Bob <${from}>`,
		`To: ${to}`,
		'Subject: Event Invitation Reply (Accepted): Tea',
		'Content-Type: multipart/mixed; boundary="------------tb"',
		'',
		'This is a multi-part message in MIME format.',
		'--------------tb',
		'Content-Type: text/plain; charset=utf-8',
		'Content-Transfer-Encoding: 8bit',
		'',
		'Bob <bob@elsewhere.example> has accepted your event invitation.',
		'--------------tb',
		`Content-Type: text/calendar; method=${method}; charset=utf-8`,
		'Content-Transfer-Encoding: quoted-printable',
		'',
		ics.replaceAll('=', '=3D'),
		'--------------tb--',
	]);
}
