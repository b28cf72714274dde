package notify

import (
	"net/url"
	"strings"
)

// mostDiscordText is the longest text of a message of Discord, in characters.
const mostDiscordText = 2000

// discordBlock is the document of prefect's DiscordWebhook.
type discordBlock struct {
	ID     string `json:"webhook_id"`
	Token  string `json:"webhook_token"`
	Bot    string `json:"botname"`
	Speak  bool   `json:"tts"`
	Image  bool   `json:"include_image"`
	Avatar bool   `json:"avatar"`
	Face   string `json:"avatar_url"`
	Kind   kind   `json:"notify_type"`
}

// discordCalls sends to a webhook of Discord.
func discordCalls(_ *Sender, b Block, m Message) ([]call, error) {
	var d discordBlock
	if err := b.read(&d); err != nil {
		return nil, err
	}
	if err := b.need("webhook_id", d.ID, "webhook_token", d.Token); err != nil {
		return nil, err
	}
	return []call{d.call(m)}, nil
}

func (d discordBlock) call(m Message) call {
	payload := map[string]any{"tts": d.Speak, "wait": !d.Speak, "content": shortened(joined(m), mostDiscordText)}
	if d.Avatar {
		payload["avatar_url"] = d.Kind.image("256x256")
		if d.Face != "" {
			payload["avatar_url"] = d.Face
		}
	}
	if d.Bot != "" {
		payload["username"] = d.Bot
	}
	return asJSON("https://discord.com/api/webhooks/"+url.PathEscape(strings.TrimSpace(d.ID))+"/"+url.PathEscape(strings.TrimSpace(d.Token)), payload)
}
