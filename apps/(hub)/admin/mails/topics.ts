import { m } from '@mana/ui/i18n';

/** By the names of `schema/topics.ts`. */
const words: Readonly<Record<string, () => string>> = {
	'verify-address': () => m.hub_topic_verify_address(),
	'reset-password': () => m.hub_topic_reset_password(),
	'address-changed': () => m.hub_topic_address_changed(),
	invitation: () => m.hub_topic_invitation(),
	'account-invitation': () => m.hub_topic_invitation(),
	'new-device': () => m.hub_topic_new_device(),
	'export-ready': () => m.hub_topic_export_ready(),
	'erasure-planned': () => m.hub_topic_erasure_planned(),
	'task-due': () => m.hub_notify_topic_task_due(),
	mentioned: () => m.hub_notify_topic_mentioned(),
	'event-soon': () => m.hub_notify_topic_event_soon(),
	'time-proposed': () => m.hub_notify_topic_time_proposed(),
	'guest-wrote': () => m.hub_notify_topic_guest_wrote(),
	alarm: () => m.hub_topic_alarm(),
	timer: () => m.hub_topic_timer(),
	'mail-refused': () => m.hub_topic_mail_refused(),
	'channel-test': () => m.hub_topic_channel_test(),
};

/** What a kind of message is about, in the words of who looks after deliveries; its name where this build has no words for it. */
export function topicWords(topic: string): string {
	return words[topic]?.() ?? topic;
}
