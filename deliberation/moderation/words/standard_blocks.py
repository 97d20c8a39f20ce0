"""The words that moderators find before they write their own: for reasons, for public answers, and good questions.

They are content of a deliberation, not words of the page: German like the text, and never translated."""

from deliberation.moderation.models import BlockPurpose, Rule

STANDARD = (
    # purpose, rule, title, words
    (
        BlockPurpose.REASON,
        Rule.STAY,
        "Anderswo besser aufgehoben",
        "Danke für Ihren Beitrag. Er geht um etwas anderes als diesen Absatz. Schreiben Sie ihn gern dort, wo andere "
        "danach suchen.",
    ),
    (
        BlockPurpose.REASON,
        Rule.STAY,
        "Der Bezug fehlt",
        "Wir haben nicht verstanden, auf welchen Satz Sie sich beziehen. Bitte sagen Sie in einem Satz, was das mit "
        "diesem Absatz zu tun hat.",
    ),
    (
        BlockPurpose.REASON,
        Rule.PROTECT,
        "Ein Mensch ist erkennbar",
        "Was Sie schildern, ist wichtig. An Ort, Zeit oder Umständen könnte aber jemand die Person wiedererkennen. "
        "Bitte schreiben Sie, was typisch ist, und lassen Sie weg, was nur auf diesen Fall passt.",
    ),
    (
        BlockPurpose.REASON,
        Rule.PROTECT,
        "Name oder Dienststelle genannt",
        "In Ihrem Beitrag steht, um wen oder um welche Einrichtung es geht. Das schützen wir, auch wenn alles stimmt. "
        "Ohne diese Angabe können wir ihn gern zeigen.",
    ),
    (
        BlockPurpose.REASON,
        Rule.RESPECT,
        "Gegen die Person statt zur Sache",
        "Ihr Anliegen können wir nachvollziehen. Ein Satz richtet sich aber gegen einen Menschen und nicht gegen das, "
        "was er sagt. Bitte schreiben Sie ihn so, dass Sie ihn auch ins Gesicht sagen würden.",
    ),
    (
        BlockPurpose.REASON,
        Rule.RESPECT,
        "Herabsetzung",
        "Diese Worte setzen Menschen herab. Das lassen wir nicht stehen, gleich, um wen es geht. Was Sie in der Sache "
        "sagen wollen, hat hier Platz.",
    ),
    (
        BlockPurpose.REASON,
        Rule.EVIDENCE,
        "Woher wissen Sie das?",
        "Sie nennen eine Tatsache, die andere nachprüfen möchten. Bitte sagen Sie kurz, woher Sie das wissen: aus "
        "einer Quelle, einer Vorschrift oder der eigenen Arbeit.",
    ),
    (
        BlockPurpose.REASON,
        Rule.NO_ADVERTISING,
        "Werbung",
        "Ihr Beitrag wirbt für ein Produkt, eine Veranstaltung oder eine Partei. Dafür ist hier nicht der Ort. Eine "
        "Quelle, die Ihr Argument stützt, dürfen Sie verlinken.",
    ),
    (
        BlockPurpose.REASON,
        Rule.LAW,
        "Rechtswidrig",
        "Diesen Beitrag dürfen wir nicht zeigen, weil er gegen ein Gesetz verstößt: ",
    ),
    (
        BlockPurpose.RESPONSE,
        None,
        "Danke, und eine Bitte",
        "Danke, dass Sie das aus Ihrer Arbeit erzählen. Hilfreich wäre noch ein Satz: Was folgt daraus für den Text?",
    ),
    (
        BlockPurpose.RESPONSE,
        None,
        "Auskunft mit Quelle",
        "Zur Sache: … Nachzulesen ist das hier: …",
    ),
    (
        BlockPurpose.RESPONSE,
        None,
        "Zusammenfassung",
        "Bis hierhin wurde gesagt: … (A-…). Dagegen steht: … (A-…). Offen ist: …",
    ),
    (
        BlockPurpose.RESPONSE,
        None,
        "Brücke zu einem anderen Gespräch",
        "Darüber wird auch in A-… gesprochen, mit einer anderen Erfahrung. Lesen Sie gern dort weiter.",
    ),
    (
        BlockPurpose.RESPONSE,
        None,
        "Freundliche Erinnerung",
        "Das Thema geht vielen nahe. Bitte bleiben Sie bei der Sache und fair zueinander, auch wo Sie sich nicht einig "
        "sind.",
    ),
    (
        BlockPurpose.RESPONSE,
        None,
        "Wir wissen es noch nicht",
        "Gute Frage. Das wissen wir noch nicht. Wir fragen bei denen nach, die den Text schreiben, und antworten hier.",
    ),
    (
        BlockPurpose.PROMPT,
        None,
        "Nach einer Situation",
        "Können Sie eine Situation beschreiben, ohne dass jemand erkennbar ist?",
    ),
    (BlockPurpose.PROMPT, None, "Nach der Bedingung", "Was müsste im Text stehen, damit Sie ihn mittragen?"),
    (BlockPurpose.PROMPT, None, "Nach anderen", "Wen trifft das außerdem?"),
    (BlockPurpose.PROMPT, None, "Nach dem Maßstab", "Woran würden Sie merken, dass es besser ist?"),
    (
        BlockPurpose.PROMPT,
        None,
        "Nach der anderen Sicht",
        "Es gibt dazu eine andere Sicht in A-… Wie passt das zusammen?",
    ),
    (BlockPurpose.PROMPT, None, "Nach dem Grund", "Was ist Ihnen daran am wichtigsten, und warum?"),
    (
        BlockPurpose.PROMPT,
        None,
        "Nach dem ersten Schritt",
        "Was wäre ein erster Schritt, den man gleich gehen könnte?",
    ),
    (BlockPurpose.PROMPT, None, "Nach der Ausnahme", "Gibt es Fälle, in denen das anders sein sollte?"),
    (BlockPurpose.PROMPT, None, "Nach dem Wortlaut", "Wie würden Sie den Satz schreiben?"),
)  # fmt: skip
