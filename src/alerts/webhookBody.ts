// The body of a webhook in the form of its receiver, and where that form is sent to.
import type { WebhookTemplate } from '../config/alertChannel.ts';
import type { DirectorEvent } from '../events/event.ts';
import { discordBody } from './templates/discord.ts';
import { mattermostBody } from './templates/mattermost.ts';
import { ntfyBody, ntfyServer } from './templates/ntfy.ts';
import { pagerdutyBody } from './templates/pagerduty.ts';
import { slackBody } from './templates/slack.ts';
import { teamsBody } from './templates/teams.ts';

export function bodyOf(
  template: WebhookTemplate,
  event: DirectorEvent,
  { url, token }: { readonly url: URL; readonly token: string | undefined },
): unknown {
  switch (template) {
    case 'event':
      return event;
    case 'slack':
      return slackBody(event);
    case 'mattermost':
      return mattermostBody(event);
    case 'discord':
      return discordBody(event);
    case 'teams':
      return teamsBody(event);
    case 'pagerduty':
      return pagerdutyBody(event, token ?? '');
    case 'ntfy':
      return ntfyBody(event, url);
  }
}

export const receiverOf = (template: WebhookTemplate, url: URL): URL => (template === 'ntfy' ? ntfyServer(url) : url);
