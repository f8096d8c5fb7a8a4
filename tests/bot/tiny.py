"""A tiny assistant, trained by Rasa itself in two seconds: enough to see what Rasa does with one message."""

from __future__ import annotations

from pathlib import Path

CONFIG = """
recipe: default.v1
language: en
assistant_id: tiny
pipeline:
- name: bot.nlu.tokenizer.EnglishTokenizer
- name: bot.nlu.understanding.Understanding
  network: false
  need_threshold: 0.4
policies:
- name: bot.policies.safety_policy.SafetyPolicy
- name: RulePolicy
  enable_fallback_prediction: false
"""

DOMAIN = """
version: "3.1"
intents: [tell_need, greet, out_of_scope, choose, give_place]
entities: [need, red_flag, choice]
slots:
  village: {type: text, mappings: [{type: custom, conditions: [{active_loop: assessment}]}]}
  reference: {type: text, mappings: [{type: custom}]}
forms:
  assessment: {required_slots: [village]}
responses:
  utter_hello:
  - text: "Hello.\\n\\nWhat is going on?"
    buttons:
    - {title: "I feel lonely", payload: "lonely"}
  utter_sent: [{text: "Your referral has been sent."}]
  utter_pardon: [{text: "Sorry?"}]
  utter_chosen: [{text: "You chose."}]
  utter_ask_village: [{text: "Where do you live?"}]
actions: [action_red_flag, action_refer]
session_config: {session_expiration_time: 0, carry_over_slots_to_new_session: true}
"""

NLU = """
version: "3.1"
nlu:
- intent: greet
  examples:
  - text: hello
  - text: hello there
  - text: good morning
  - text: good afternoon there
- intent: out_of_scope
  examples:
  - text: what is the capital of france
  - text: who won the football last night
- intent: give_place
  examples:
  - text: my village is wigston
  - text: the village is syston
- intent: tell_need
  examples:
  - text: i am so lonely these days
    metadata: {needs: [loneliness], red_flags: []}
  - text: lonely and nobody to talk to
    metadata: {needs: [loneliness], red_flags: []}
  - text: i never see a soul, i am lonely
    metadata: {needs: [loneliness], red_flags: []}
  - text: i am struggling to pay my gas bill
    metadata: {needs: [money_debt], red_flags: []}
  - text: the gas bill, i cannot pay the bill
    metadata: {needs: [money_debt], red_flags: []}
  - text: really struggling to pay the bill
    metadata: {needs: [money_debt], red_flags: []}
  - text: lonely and struggling to pay my gas bill
    metadata: {needs: [loneliness, money_debt], red_flags: []}
  - text: i am lonely and i cannot pay the bill
    metadata: {needs: [loneliness, money_debt], red_flags: []}
  - text: i want to end my life
    metadata: {needs: [], red_flags: [suicide_self_harm]}
  - text: going to end my life tonight
    metadata: {needs: [], red_flags: [suicide_self_harm]}
"""

RULES = """
version: "3.1"
rules:
- rule: hello
  steps: [{intent: greet}, {action: utter_hello}]
- rule: a referral
  steps: [{intent: tell_need}, {action: action_refer}, {action: utter_sent}]
- rule: something else
  steps: [{intent: out_of_scope}, {action: utter_pardon}]
- rule: a choice
  steps: [{intent: choose}, {action: utter_chosen}]
- rule: the form begins
  steps: [{intent: give_place}, {action: assessment}, {active_loop: assessment}]
- rule: the form ends
  condition: [{active_loop: assessment}]
  steps: [{action: assessment}, {active_loop: null}, {action: utter_sent}]
"""


def train(folder: Path) -> str:
    """Train the tiny assistant in `folder`; gives the path of its model."""
    from rasa.model_training import train as rasa_train

    (folder / "data").mkdir()
    (folder / "config.yml").write_text(CONFIG, encoding="utf-8")
    (folder / "domain.yml").write_text(DOMAIN, encoding="utf-8")
    (folder / "data" / "nlu.yml").write_text(NLU, encoding="utf-8")
    (folder / "data" / "rules.yml").write_text(RULES, encoding="utf-8")
    result = rasa_train(
        str(folder / "domain.yml"),
        str(folder / "config.yml"),
        [str(folder / "data")],
        output=str(folder / "models"),
        fixed_model_name="tiny",
    )
    assert result.code == 0 and result.model
    return result.model
