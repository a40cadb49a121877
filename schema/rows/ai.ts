import { own } from '../row.ts';

export const ai = [
	own({
		name: 'mana-llm',
		port: 3020,
		range: 'ai',
		owner: 'ai/llm',
		runtime: 'Python',
		description: 'LLM abstraction (Ollama, OpenRouter)',
		decision: 'Planned 3020, run on 3025 because mana-stt held 3020. The plan is what runs: both move.',
	}),
	own({
		name: 'mana-stt',
		port: 3021,
		range: 'ai',
		owner: 'ai/stt',
		runtime: 'Python',
		description: 'Speech-to-Text (Whisper)',
		decision: 'Planned 3021, run on 3020. The plan is what runs.',
	}),
	own({
		name: 'mana-tts',
		port: 3022,
		range: 'ai',
		owner: 'ai/tts',
		runtime: 'Python',
		description: 'Text-to-Speech (Kokoro, Piper)',
	}),
	own({
		name: 'mana-image-gen',
		port: 3023,
		range: 'ai',
		owner: 'ai/image-gen',
		runtime: 'Python',
		description: 'Image generation (FLUX)',
		decision:
			'It and mana-video-gen once wanted 3026. The flux2.c variant for the Mac was deleted on 2026-04-08; the one for Windows, on diffusers, ' +
			'is the only one and stays on 3023. mana-crawler had 3023 on the Mac mini at that time and is planned on another number.',
	}),
	own({
		name: 'mana-voice-bot',
		port: 3024,
		range: 'ai',
		owner: 'ai/voice-bot',
		runtime: 'Python',
		description: 'Voice-to-voice assistant',
		needs: ['mana-auth', 'mana-stt', 'mana-tts', 'mana-llm'],
		decision:
			'Its source default was 3050, where mana-sync ran. It was moved to 3024, inside the range of what it needs. On 2026-04-08 it was not deployed: ' +
			'it had no scheduled task, no tunnel route (cloudflared) and no launchd plist.',
	}),
	own({
		name: 'mana-video-gen',
		port: 3026,
		range: 'ai',
		owner: 'ai/video-gen',
		runtime: null,
		description: 'Video generation',
		decision: 'Has no row in the planned tables although it ran on 3026, a reserved slot of its range. It keeps the number.',
	}),
] as const;
